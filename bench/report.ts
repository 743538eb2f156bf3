import { availableParallelism, cpus, totalmem } from 'node:os';
import { judged, type Line, ms } from './budget.ts';
import type { Point } from './curve.ts';
import type { Measurements } from './measurements.ts';

interface Section {
  title: string;
  text: string;
  head: string[];
  rows: string[][];
}

/** The budget first, then the figures behind it: as a part of a page of the documentation, or for the console. */
export class Report {
  readonly title: string;
  readonly budget: Line[];
  private readonly details: Section[];

  constructor(found: Measurements, users: number) {
    this.title = `At ${users.toLocaleString('en')} users`;
    this.budget = judged(found, users);
    this.details = [throughputSection(found), viewsSection(found)];
  }

  markdown(): string {
    const rows = this.budget.map(({ operation, measured, budget, isMet }) => [
      operation,
      measured,
      budget,
      isMet ? 'met' : '**missed**',
    ]);
    return [
      `## ${this.title}`,
      table(['operation', 'measured', 'budget', ''], rows),
      ...this.details.flatMap(({ title, text, head, rows }) => [`### ${title}`, text, table(head, rows)]),
    ].join('\n\n');
  }

  plain(): string {
    const budget = this.budget.map(
      ({ operation, measured, budget, isMet }) =>
        `${operation}\n    ${measured}\n    ${(isMet ? 'met' : 'MISSED').padEnd(6)}  ${budget}`,
    );
    return [this.title.toUpperCase(), measuredOn(), ...budget, ...this.details.map(columns)].join('\n\n');
  }
}

/** The whole page: what is missed in words, the cost curve, and each size. */
export function written(reports: Report[], points: Point[], picture: string): string {
  const missed = reports.flatMap((report) =>
    report.budget
      .filter((line) => !line.isMet)
      .map((line) => `- ${report.title}: ${line.operation} (${line.measured}; ${line.budget}).`),
  );
  const [first, last] = [points[0], points[points.length - 1]];
  const curve = points.map(({ users, app, floor }) => [
    users.toLocaleString('en'),
    ms(app.p50),
    ms(floor.p50),
    (app.p50 / first.app.p50).toFixed(2),
  ]);
  return [
    '# Performance',
    '`npm run bench -- --users 100000,1000000 --write docs/performance.md` writes this page and its picture anew.',
    measuredOn(),
    '## What is missed',
    missed.length > 0 ? missed.join('\n') : 'Nothing.',
    '## What page 1 costs by the number of users',
    `![Page 1 by the number of users](${picture})`,
    table(['users', 'page 1, p50', 'floor, p50', 'times the first'], curve),
    `Page 1 at ${last.users.toLocaleString('en')} users takes ${(last.app.p50 / first.app.p50).toFixed(2)} × what it takes at ${first.users.toLocaleString('en')} (budget: 1.3).`,
    ...reports.map((report) => report.markdown()),
  ]
    .join('\n\n')
    .concat('\n');
}

function measuredOn(): string {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.versions.node}`;
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}. Medians of rounds that alternate between what is compared.`;
}

function table(head: string[], all: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [head, head.map(() => '---'), ...all].map(line).join('\n');
}

function throughputSection({ cpu, throughput }: Measurements): Section {
  return {
    title: 'The list at 16 connections, beside the floor',
    text: `The floor: node:http, two prepared queries, string concatenation, 43 KB. It reads page 1 each time, and beside one page after another the same pages as the program. Processor time of page 1, whose rows are kept: ${ms(cpu.page)}, of the floor: ${ms(cpu.floor)}; where each page has other rows: ${ms(cpu.leafing)}, of the floor: ${ms(cpu.floorLeafing)}.`,
    head: ['view', 'requests/s', 'p50', 'p99', 'floor', 'ratio'],
    rows: throughput.map(({ view, app, floor }) => [
      view.label,
      app.perSecond.toFixed(0),
      ms(app.p50),
      ms(app.p99),
      `${floor.perSecond.toFixed(0)}/s`,
      (app.perSecond / floor.perSecond).toFixed(2),
    ]),
  };
}

function viewsSection({ views }: Measurements): Section {
  return {
    title: 'Each view at 1 connection',
    text: 'The full page, with session, rights, sidebar and exact counts.',
    head: ['kind', 'view', 'p50', 'p99'],
    rows: views.map(({ kind, label, figures }) => [kind, label, ms(figures.p50), ms(figures.p99)]),
  };
}

function columns({ title, text, head, rows }: Section): string {
  const all = [head, ...rows];
  const widths = head.map((_, n) => Math.max(...all.map((row) => row[n].length)));
  const lines = all.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n]))
      .join('  ')
      .trimEnd(),
  );
  return [title.toUpperCase(), text, '', ...lines].join('\n');
}
