/** One bar, of parts that stand on each other. */
export interface Bar {
  label: string;
  parts: Part[];
}

export interface Part {
  /** How the stylesheet calls it. */
  kind: string;
  words: string;
  number: number;
  path: string;
}

/** A part as it is drawn, in a picture of 100 by 100. */
export interface Drawn {
  kind: string;
  path: string;
  title: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The space between two bars, as a share of one. */
const GAP = 0.2;
/** What there is one of can be seen among thousands. */
const LEAST = 1;

export function drawBars(bars: Bar[]): Drawn[] {
  const most = Math.max(1, tallestOf(bars));
  const step = 100 / bars.length;
  return bars.flatMap(({ label, parts }, n) => {
    let top = 100;
    return parts
      .filter(({ number }) => number > 0)
      .map(({ kind, words, number, path }) => {
        const height = Math.min(top, Math.max(LEAST, (number / most) * 100));
        top -= height;
        return {
          kind,
          path,
          title: `${label}: ${words}`,
          x: rounded((n + GAP / 2) * step),
          y: rounded(top),
          width: rounded((1 - GAP) * step),
          height: rounded(height),
        };
      });
  });
}

/** In whole hundredths of the longest, of what lies beside each other. */
export function shares(numbers: number[]): number[] {
  const most = Math.max(1, ...numbers);
  return numbers.map((number) => Math.max(number > 0 ? LEAST : 0, Math.round((number / most) * 100)));
}

export function tallestOf(bars: Bar[]): number {
  return Math.max(0, ...bars.map(({ parts }) => sumOf(parts)));
}

function sumOf(parts: Part[]): number {
  return parts.reduce((sum, { number }) => sum + number, 0);
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
