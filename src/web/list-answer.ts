import type { Request, Response } from 'express';
import type { PageQuery } from '../lists/list-query.ts';
import { breathe } from '../process/giving-way.ts';
import { rememberPageSize } from './reader/list-habits.ts';
import { withSaidTicks } from './reader/list-ticks.ts';
import { render, targetOf } from './render.ts';

/** A list as it is found for a request. */
export interface FoundList {
  /** As its address begins, which is also the folder of its view: `/users`. */
  path: string;
  query: PageQuery;
  /** Whether there are rows, but none on the page that is meant: it lies behind the end. Then the first is shown. */
  isBehindEnd: boolean;
  firstPage: string;
  secure: boolean;
}

/** Answers with a list, whole or with the part that changes, and keeps the size of its page. */
export async function answerList(
  req: Request,
  res: Response,
  { path, query, isBehindEnd, firstPage, secure }: FoundList,
  pageOf: () => Promise<object> | object,
): Promise<void> {
  if (isBehindEnd && (query.after || query.before)) return res.redirect(303, withSaidTicks(req, firstPage));
  rememberPageSize(res, path, query, secure);
  const page = await pageOf();
  await breathe();
  render(req, res, `${path.slice(1)}/index`, page, { fragments: { [partOf(path)]: 'lists/_list' } });
}

/** Whether htmx asks for the list without what stands around it. */
export function asksForListAlone(req: Request, path: string): boolean {
  return targetOf(req) === partOf(path);
}

/** The element that a list is swapped in. */
function partOf(path: string): string {
  return `${path.slice(1)}-list`;
}
