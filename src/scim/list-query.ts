import { objectOf, type Resource } from '../provisioning/resource.ts';
import { type AttributePath, BadFilter, type Filter, parseFilter, pathOf } from '../provisioning/searching/filter.ts';
import { Unfit } from '../provisioning/unfit.ts';
import { MOST_RESULTS, USUAL_RESULTS } from './limits.ts';
import { type Selecting, selectingOf } from './selecting.ts';

/** What a list is asked by, in the address or in the body of a search. */
export interface ListQuery {
  filter?: Filter;
  sortBy?: AttributePath;
  descending: boolean;
  /** The number of the first, from 1 on. */
  startIndex: number;
  count: number;
  selecting: Selecting;
  /** Which list it is, whatever page of it. */
  name: string;
}

/** Throws Unfit. */
export function listQueryOf(source: Resource): ListQuery {
  const filter = source.filter === undefined || source.filter === null ? undefined : String(source.filter);
  const sortBy = source.sortBy ? String(source.sortBy) : undefined;
  const sortOrder = String(source.sortOrder || 'ascending').toLowerCase();
  if (!['ascending', 'descending'].includes(sortOrder))
    throw new Unfit('invalidValue', 'sortOrder is ascending or descending.');
  const descending = sortOrder === 'descending';
  return {
    ...(filter !== undefined && { filter: parseFilter(filter) }),
    ...(sortBy !== undefined && { sortBy: sortPath(sortBy) }),
    descending,
    startIndex: Math.max(1, wholeNumber(source.startIndex, 1, 'startIndex')),
    count: Math.min(MOST_RESULTS, Math.max(0, wholeNumber(source.count, USUAL_RESULTS, 'count'))),
    selecting: selectingOf(source.attributes, source.excludedAttributes),
    name: JSON.stringify([filter, sortBy, descending]),
  };
}

/** The body of POST /.search. Throws Unfit. */
export function searchOf(body: unknown): ListQuery {
  const source = objectOf(body ?? {}, 'The body');
  for (const name of ['filter', 'sortBy', 'sortOrder'])
    if (source[name] !== undefined && source[name] !== null && typeof source[name] !== 'string')
      throw new Unfit('invalidValue', `${name} is a text.`);
  return listQueryOf(source);
}

function sortPath(text: string): AttributePath {
  try {
    return pathOf(text);
  } catch (error) {
    if (error instanceof BadFilter) throw new Unfit('invalidPath', error.message);
    throw error;
  }
}

function wholeNumber(value: unknown, otherwise: number, name: string): number {
  if (value === undefined || value === null || value === '') return otherwise;
  const text = String(value);
  if (!/^-?\d{1,12}$/.test(text)) throw new Unfit('invalidValue', `${name} is a whole number.`);
  return Number(text);
}
