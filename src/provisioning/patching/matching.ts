import { type Resource, searchedAs } from '../resource.ts';
import type { Filter, FilterValue, Operator } from '../searching/filter.ts';
import { Unfit } from '../unfit.ts';

/** Whether a filter within brackets holds of one of the values of a list. */
export function matches(value: Resource, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(value, part));
    case 'or':
      return filter.parts.some((part) => matches(value, part));
    case 'not':
      return !matches(value, filter.part);
    case 'present':
      return partOf(value, filter.path.attribute) !== undefined;
    case 'compare':
      return compares(partOf(value, filter.path.attribute), filter.operator, filter.value);
    case 'among':
      throw new Unfit('invalidPath', 'There are no lists within lists.');
  }
}

function partOf(value: Resource, name: string): unknown {
  const key = Object.keys(value).find((one) => one.toLowerCase() === name);
  return key === undefined ? undefined : (value[key] ?? undefined);
}

function compares(found: unknown, operator: Operator, wanted: FilterValue): boolean {
  if (found === undefined || wanted === null)
    return operator === 'ne'
      ? found !== undefined || wanted !== null
      : operator === 'eq' && found === undefined && wanted === null;
  const [one, other] = [searchedAs(found), searchedAs(wanted)];
  switch (operator) {
    case 'eq':
      return one === other;
    case 'ne':
      return one !== other;
    case 'co':
      return one.includes(other);
    case 'sw':
      return one.startsWith(other);
    case 'ew':
      return one.endsWith(other);
    case 'gt':
      return one > other;
    case 'ge':
      return one >= other;
    case 'lt':
      return one < other;
    case 'le':
      return one <= other;
  }
}

/** What a value is to be for a filter to hold of it, where that only says what its parts are. */
export function meantBy(filter: Filter): Resource | undefined {
  if (filter.kind === 'compare' && filter.operator === 'eq') return { [filter.path.attribute]: filter.value };
  if (filter.kind !== 'and') return undefined;
  const parts = filter.parts.map(meantBy);
  return parts.includes(undefined) ? undefined : Object.assign({}, ...parts);
}
