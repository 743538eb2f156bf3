import type { Request, Response } from 'express';
import { firstOf, type Source, toggled, valuesPath } from '../lists/list-query.ts';
import { pagerLinks } from '../lists/pager.ts';
import { isNamed } from '../text/text.ts';
import { render } from './render.ts';

const SHOWN = 100;
const LONGEST_NAME = 100;

/** What is looked for among the values of a filter, and the view that they narrow. */
interface Sought {
  view: Source;
  name: string;
  from: number;
}

/** Those of a filter whose sidebar has room for the largest alone. */
interface Filterable {
  noun: 'group' | 'tag';
  /** Who has them: `user`, `contact`. */
  listed: string;
  /** By name. */
  values: readonly { id: number; name: string }[];
  chosen: readonly (number | string)[];
  /** The view with these of them. */
  pathWith(chosen: (number | string)[]): string;
  /** How many of the view each of them leaves under the other filters. */
  countIn(ids: number[]): ReadonlyMap<number, number> | Promise<ReadonlyMap<number, number>>;
}

export function readSought(req: Request): Sought {
  const { name, from, ...view } = req.query;
  return { view, name: (firstOf(name) ?? '').trim().slice(0, LONGEST_NAME), from: startOf(firstOf(from)) };
}

/** All values by which a view can be filtered, by name, to be searched. */
export async function showFilterValues(
  req: Request,
  res: Response,
  { name, from }: Sought,
  { noun, listed, values, chosen, pathWith, countIn }: Filterable,
): Promise<void> {
  const named = values.filter((value) => isNamed(value.name, name));
  const shown = named.slice(from, from + SHOWN);
  const counts = await countIn(shown.map(({ id }) => id));
  const listPath = pathWith([...chosen]);
  const pathFrom = (start: number) => valuesPath(listPath, noun, { name, from: start });
  render(req, res, 'lists/values', {
    title: `Filter by a ${noun}`,
    noun,
    listed,
    path: valuesPath(listPath.split('?')[0], noun),
    listPath,
    kept: [...new URL(listPath, 'http://list').searchParams],
    name,
    total: named.length,
    values: shown.map((value) => ({
      label: value.name,
      count: counts.get(value.id) ?? 0,
      isChosen: chosen.includes(value.id),
      path: pathWith(toggled([...chosen], value.id)),
    })),
    pagerLinks: pagerLinks(
      from > 0 ? pathFrom(Math.max(0, from - SHOWN)) : undefined,
      from + SHOWN < named.length ? pathFrom(from + SHOWN) : undefined,
    ),
  });
}

function startOf(text: string | undefined): number {
  const start = Number(text ?? 0);
  return Number.isSafeInteger(start) && start > 0 ? start : 0;
}
