import { availableParallelism, cpus, totalmem } from 'node:os';
import { judged, type Line, ms, type Verdict } from './budget.ts';
import type { Measurements } from './measurements.ts';

interface Section {
  title: string;
  text: string;
  head: string[];
  rows: string[][];
}

/** The budget first, then the figures behind it: as a page of the documentation, or for the console. */
export class Report {
  private readonly title: string;
  private readonly text: string;
  private readonly budget: Line[];
  private readonly details: Section[];

  constructor(found: Measurements, users: number) {
    this.title = `Performance at ${users.toLocaleString('en')} users`;
    const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.versions.node}`;
    this.text = `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}. Medians of rounds that alternate between what is compared. Interim: until the list is made fit for a million users.`;
    this.budget = judged(found, users);
    this.details = [throughputSection(found), viewsSection(found)];
  }

  markdown(): string {
    const rows = this.budget.map(({ operation, measured, interim, final }) => [
      operation,
      measured,
      final ? `${final.budget}: ${mark(final)}` : '',
      interim ? `${interim.budget}: ${mark(interim)}` : '',
    ]);
    const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    const table = (head: string[], all: string[][]) => [head, head.map(() => '---'), ...all].map(line).join('\n');
    const how = '`npm run bench -- --write <this file>` writes this page anew; `--users 1000000` measures a million.';
    return [
      `# ${this.title}`,
      how,
      this.text,
      table(['operation', 'measured', 'budget', 'interim budget'], rows),
      ...this.details.flatMap(({ title, text, head, rows }) => [`## ${title}`, text, table(head, rows)]),
    ]
      .join('\n\n')
      .concat('\n');
  }

  plain(): string {
    const budget = this.budget.map(({ operation, measured, interim, final }) =>
      [
        operation,
        `    ${measured}`,
        ...(final ? [`    ${mark(final).padEnd(6)}  ${final.budget}`] : []),
        ...(interim ? [`    ${mark(interim).padEnd(6)}  ${interim.budget} (interim)`] : []),
      ].join('\n'),
    );
    return [this.title.toUpperCase(), this.text, ...budget, ...this.details.map(columns)].join('\n\n');
  }
}

function throughputSection({ cpu, throughput }: Measurements): Section {
  return {
    title: 'The list at 16 connections, beside the floor',
    text: `The floor: node:http, two prepared queries, string concatenation, 43 KB. Processor time of page 1: ${ms(cpu.app)}, of the floor ${ms(cpu.floor)}.`,
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

function mark({ isMet }: Verdict): string {
  return isMet ? 'met' : 'MISSED';
}
