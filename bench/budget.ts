import type { Figures } from './load.ts';
import type { Measurements } from './measurements.ts';
import type { Kind } from './views.ts';

export interface Verdict {
  budget: string;
  isMet: boolean;
}

/** A line of the budget. Without a verdict there is nothing yet that could be measured, or no such limit. */
export interface Line {
  operation: string;
  measured: string;
  interim?: Verdict;
  final?: Verdict;
}

/** What holds up to a hundred thousand users, and what at a million. */
interface Limits {
  bestPeer: number;
  timesPeer: number;
  listP99?: number;
  filterP50: number;
  filterP99?: number;
  combinationP99: number;
  searchP50: number;
  thousand: number;
  start: number;
  memory: number;
}

const HUNDRED_THOUSAND: Limits = {
  bestPeer: 138,
  timesPeer: 6,
  listP99: 40,
  filterP50: 5,
  combinationP99: 40,
  searchP50: 5,
  thousand: 150,
  start: 1_000,
  memory: 160,
};
const MILLION: Limits = {
  bestPeer: 51,
  timesPeer: 10,
  filterP50: 25,
  filterP99: 60,
  combinationP99: 150,
  searchP50: 25,
  thousand: 250,
  start: 2_000,
  memory: 400,
};
const LEAST_OF_FLOOR = 0.3;
const RECORD_P50 = 3;
const GROUP_P50 = 100;
const OF_A_HASH = 1.1;
const STORM_P99 = 40;
const WEIGHT = 60 * 1024;
/** Until the list is made fit for a million. */
const INTERIM = { viewP50: 100, viewP99: 250, rowsP50: 10 };
const MEGABYTE = 1_000_000;

/** The whole budget beside what was measured. */
export function judged(found: Measurements, users: number): Line[] {
  const limits = users > 300_000 ? MILLION : HUNDRED_THOUSAND;
  const views = (...kinds: Kind[]) => found.views.filter((view) => kinds.includes(view.kind));
  const worst = (kinds: Kind[], by: 'p50' | 'p99') =>
    views(...kinds).reduce((a, b) => (b.figures[by] > a.figures[by] ? b : a));
  const filters: Kind[] = ['filter', 'two filters'];
  const lists: Kind[] = ['sort', 'cursor', ...filters, 'search', 'combination'];
  const both = (kinds: Kind[]) => {
    const [p50, p99] = [worst(kinds, 'p50'), worst(kinds, 'p99')];
    return `worst p50 ${ms(p50.figures.p50)} (${p50.label}), worst p99 ${ms(p99.figures.p99)} (${p99.label})`;
  };
  const interim = (kinds: Kind[]): Verdict => ({
    budget: `p50 ≤ ${INTERIM.viewP50} ms, p99 ≤ ${INTERIM.viewP99} ms`,
    isMet: worst(kinds, 'p50').figures.p50 <= INTERIM.viewP50 && worst(kinds, 'p99').figures.p99 <= INTERIM.viewP99,
  });

  const [pageOne] = found.throughput;
  const ratio = (one: { app: Figures; floor: Figures }) => one.app.perSecond / one.floor.perSecond;
  const slowest = found.throughput.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  const rate = (one: typeof slowest) =>
    `${one.app.perSecond.toFixed(0)}/s = ${ratio(one).toFixed(2)} × floor, p99 ${ms(one.app.p99)}`;
  const overPeer = limits.bestPeer * limits.timesPeer;
  const isQuick = found.throughput.every(({ app }) => app.p99 <= (limits.listP99 ?? Number.POSITIVE_INFINITY));
  const swapRatio = found.swap.fragment.p50 / found.swap.page.p50;
  const signInRatio = found.signIn.signIn / found.signIn.hash;

  return [
    {
      operation: 'list page 1, any sort, any cursor; 16 connections',
      measured: `page 1 ${rate(pageOne)}; slowest ${rate(slowest)} (${slowest.view.label})`,
      interim: interim(['sort', 'cursor']),
      final: {
        budget: `≥ ${LEAST_OF_FLOOR} × floor, ≥ ${overPeer}/s (${limits.timesPeer} × best peer)${limits.listP99 ? `, p99 ≤ ${limits.listP99} ms` : ''}`,
        isMet: ratio(slowest) >= LEAST_OF_FLOOR && slowest.app.perSecond >= overPeer && isQuick,
      },
    },
    {
      operation: 'the rows of page 1 alone',
      measured: `p50 ${ms(found.rowsAlone.p50)}, p99 ${ms(found.rowsAlone.p99)}`,
      interim: { budget: `p50 ≤ ${INTERIM.rowsP50} ms`, isMet: found.rowsAlone.p50 <= INTERIM.rowsP50 },
    },
    {
      operation: 'one filter, or two, all counts exact',
      measured: both(filters),
      interim: interim(filters),
      final: {
        budget: `p50 ≤ ${limits.filterP50} ms${limits.filterP99 ? `, p99 ≤ ${limits.filterP99} ms` : ''}`,
        isMet:
          worst(filters, 'p50').figures.p50 <= limits.filterP50 &&
          worst(filters, 'p99').figures.p99 <= (limits.filterP99 ?? Number.POSITIVE_INFINITY),
      },
    },
    {
      operation: 'any combination of filters and search',
      measured: both(lists),
      interim: interim(lists),
      final: {
        budget: `p99 ≤ ${limits.combinationP99} ms`,
        isMet: worst(lists, 'p99').figures.p99 <= limits.combinationP99,
      },
    },
    {
      operation: 'search, any term, with count',
      measured: both(['search']),
      interim: interim(['search']),
      final: {
        budget: `p50 ≤ ${limits.searchP50} ms`,
        isMet: worst(['search'], 'p50').figures.p50 <= limits.searchP50,
      },
    },
    {
      operation: 'one user, with groups, rights and timeline',
      measured: both(['record']),
      final: { budget: `p50 ≤ ${RECORD_P50} ms`, isMet: worst(['record'], 'p50').figures.p50 <= RECORD_P50 },
    },
    {
      operation: 'groups: list, largest one, why, who, what a change does',
      measured: both(['group']),
      final: { budget: `p50 ≤ ${GROUP_P50} ms`, isMet: worst(['group'], 'p50').figures.p50 <= GROUP_P50 },
    },
    {
      operation: 'swap of table and counts by htmx',
      measured: `p50 ${ms(found.swap.fragment.p50)}, the page ${ms(found.swap.page.p50)}`,
      // Below 15 % there is no difference.
      final: { budget: '≤ the full page', isMet: swapRatio <= 1.15 },
    },
    {
      operation: '1,000 selected, with before-state, audit and chain',
      measured: ms(found.thousand),
      final: { budget: `≤ ${limits.thousand} ms`, isMet: found.thousand <= limits.thousand },
    },
    { operation: '100,000 by the worker', measured: 'not built yet' },
    {
      operation: 'sign-in',
      measured: `${ms(found.signIn.signIn)} = ${signInRatio.toFixed(2)} × a hash (${ms(found.signIn.hash)})`,
      final: { budget: `≤ ${OF_A_HASH} × one bcrypt-12 hash`, isMet: signInRatio <= OF_A_HASH },
    },
    {
      operation: 'list during a storm of sign-ins',
      measured: `p99 ${ms(found.storm.during.p99)} (calm ${ms(found.storm.calm.p99)}) beside ${found.storm.signIns.toFixed(1)} sign-ins/s`,
      final: { budget: `p99 ≤ ${STORM_P99} ms`, isMet: found.storm.during.p99 <= STORM_P99 },
    },
    {
      operation: 'start of the server process to first page',
      measured: ms(found.start),
      final: { budget: `≤ ${limits.start} ms`, isMet: found.start <= limits.start },
    },
    {
      operation: 'memory (RSS)',
      measured: `idle ${(found.memory.idle / MEGABYTE).toFixed(0)} MB, worst ${(found.memory.worst / MEGABYTE).toFixed(0)} MB`,
      final: { budget: `≤ ${limits.memory} MB`, isMet: found.memory.worst <= limits.memory * MEGABYTE },
    },
    {
      operation: 'page weight, first visit, compressed',
      measured: `list ${kilobytes(found.weight.list)}, sign-in ${kilobytes(found.weight.signIn)}`,
      final: { budget: '≤ 60 KB', isMet: Math.max(found.weight.list, found.weight.signIn) <= WEIGHT },
    },
  ];
}

export function ms(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
