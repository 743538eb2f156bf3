import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Fault, Figure } from './fault.ts';

const HEAD = `# Faults

What was broken or overdone on purpose, and what came of it. \`npm run faults -- --write <this file>\` writes this page anew;
\`npm run faults -- F4 --rounds 500\` runs one of them, for longer.
`;

/** For the console. */
export function plain(figures: Figure[]): string {
  return figures
    .map(
      ({ what, measured, required, isMet }) =>
        `  ${isMet ? ' ' : '✗'} ${what}: ${measured}${required && ` (must be ${required})`}`,
    )
    .join('\n');
}

/** Puts the section of one fault into the page, and leaves those of the others as they stand. */
export function writeDown(file: string, fault: Fault, figures: Figure[]): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const sections = new Map(
    before
      .split(/^(?=## )/m)
      .filter((section) => section.startsWith('## '))
      .map((section) => [section.split(/[ :]/)[1], section.trimEnd()]),
  );
  sections.set(fault.name, sectionOf(fault, figures));
  writeFileSync(file, `${[HEAD, ...[...sections.keys()].sort().map((name) => `${sections.get(name)}\n`)].join('\n')}`);
}

function sectionOf({ name, title }: Fault, figures: Figure[]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const verdict = ({ required, isMet }: Figure) => (required === '' ? '' : `${required}: ${isMet ? 'met' : 'MISSED'}`);
  return [
    `## ${name}: ${title}`,
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}${besideOthers()}.`,
    [
      ['what', 'measured', 'must be'],
      ['---', '---', '---'],
      ...figures.map((figure) => [figure.what, figure.measured, verdict(figure)]),
    ]
      .map(line)
      .join('\n'),
  ].join('\n\n');
}

/** What is slow may be so for the sake of others. */
function besideOthers(): string {
  const [load] = loadavg();
  return load > 2 * availableParallelism()
    ? `; the load of the machine was ${load.toFixed(0)}, other work with it`
    : '';
}
