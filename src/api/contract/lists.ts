import type { Request } from 'express';
import type { ExportKind } from '../../export/exportable.ts';
import { decodeCursor, PAGE_SIZES, sourceIn } from '../../lists/list-query.ts';
import { Unprocessable } from './problem.ts';
import type { Call } from './route.ts';

/** What a list takes besides its filters: `q` and `sort` are known to each. */
const OF_PAGES = ['after', 'before', 'per'] as const;
export const PREFIX = '/api/v1';

interface Listed {
  total?: number;
  items: unknown[];
  /** Addresses of the pages of people; those of programs are the same below another one. */
  next: string | undefined;
  previous: string | undefined;
}

/** What the address says that nobody knows would mean nobody, or all: it is refused. Throws Unprocessable. */
export async function requireKnown(
  { app, req, viewer }: Pick<Call, 'app' | 'req' | 'viewer'>,
  problemsIn: ExportKind<never, never>['problemsIn'],
  isPlace = (text: string) => decodeCursor(text) !== undefined,
): Promise<void> {
  const view = new URLSearchParams(req.originalUrl.split('?')[1] ?? '');
  const per = view.getAll('per');
  const places = [...view.getAll('after'), ...view.getAll('before')];
  for (const name of OF_PAGES) view.delete(name);
  const problems = await problemsIn(app.db.read, view.toString(), viewer);
  if (per.some((size) => !PAGE_SIZES.includes(Number(size)))) problems.push(`per is one of ${PAGE_SIZES.join(', ')}.`);
  // Whoever goes on from nowhere would begin anew, and never come to an end.
  if (places.some((place) => place !== '' && !isPlace(place)))
    problems.push('after and before stand in next and previous of what was answered, and are sent as they are.');
  if (problems.length > 0) throw new Unprocessable({ query: problems.slice(0, 5).join(' ') });
}

/** The address as a form of the page would say it: each name once, or as a list. */
export function sourceOf(req: Request): Record<string, unknown> {
  return sourceIn(req.originalUrl.split('?')[1] ?? '');
}

export function listAnswer({ total, items, next, previous }: Listed) {
  const address = (path: string | undefined) => (path === undefined ? null : `${PREFIX}${path}`);
  return { body: { ...(total !== undefined && { total }), items, next: address(next), previous: address(previous) } };
}
