import type { Point } from './curve.ts';

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 590;
const TOP = 24;
const BOTTOM = 272;

/** The cost curve as a picture: users in powers of ten along, milliseconds upwards from nothing. */
export function chart(points: Point[]): string {
  const most = Math.max(...points.map((point) => point.app.p50)) * 1.25;
  const [first, last] = [Math.log10(points[0].users), Math.log10(points[points.length - 1].users)];
  const x = (users: number) => LEFT + ((Math.log10(users) - first) / Math.max(1, last - first)) * (RIGHT - LEFT);
  const y = (milliseconds: number) => BOTTOM - (milliseconds / most) * (BOTTOM - TOP);
  const line = (name: string, of: (point: Point) => number) => {
    const path = points.map((point) => `${x(point.users).toFixed(1)},${y(of(point)).toFixed(1)}`).join(' ');
    const dots = points.map(
      (point) => `<circle class="${name}" cx="${x(point.users).toFixed(1)}" cy="${y(of(point)).toFixed(1)}" r="4"/>`,
    );
    const end = points[points.length - 1];
    const label = `<text class="${name}" x="${RIGHT}" y="${(y(of(end)) - 10).toFixed(1)}" text-anchor="end">${name} ${of(end).toFixed(2)} ms</text>`;
    return [`<polyline class="${name}" points="${path}"/>`, ...dots, label].join('\n  ');
  };
  const marks = points.map(
    ({ users }) =>
      `<text x="${x(users).toFixed(1)}" y="${BOTTOM + 24}" text-anchor="middle">${users.toLocaleString('en')}</text>`,
  );
  const steps = [0, 0.25, 0.5, 0.75].map((part) => part * most);
  const grid = steps.map(
    (step) =>
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(step).toFixed(1)}" y2="${y(step).toFixed(1)}"/><text x="${LEFT - 8}" y="${(y(step) + 4).toFixed(1)}" text-anchor="end">${gridLabel(step)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="What page 1 takes by the number of users">
  <style>
    svg { background: #fff } text { font: 12px sans-serif; fill: #57606a } line { stroke: #d0d7de }
    polyline { fill: none; stroke-width: 2 }
    polyline.Roster { stroke: #0969da } circle.Roster, text.Roster { fill: #0969da }
    polyline.floor { stroke: #6e7781 } circle.floor, text.floor { fill: #6e7781 }
    @media (prefers-color-scheme: dark) { svg { background: #0d1117 } text { fill: #8d96a0 } line { stroke: #30363d } }
  </style>
  ${[...grid, ...marks].join('\n  ')}
  <text x="${LEFT}" y="14">milliseconds, page 1 of the list at one connection</text>
  <text x="${RIGHT}" y="${BOTTOM + 42}" text-anchor="end">users</text>
  ${line('Roster', (point) => point.app.p50)}
  ${line('floor', (point) => point.floor.p50)}
</svg>
`;
}

/** As exact as the numbers beside the lines: a third of a millisecond is not 0.3. */
function gridLabel(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : 0);
}
