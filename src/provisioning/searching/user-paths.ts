import { attributeNamed, ENTERPRISE_USER, ROSTER_USER, USER_ATTRIBUTES } from '../attribute.ts';
import type { AttributePath, Filter, Operator } from './filter.ts';

export type Comparison = Extract<Filter, { kind: 'compare' }>;

export const USER = 'provisioned_users.user_id';

/** What stands in the row of a user itself, and can be sorted by. */
export const OWN_SORTS: ReadonlyMap<string, string> = new Map([
  ['id', USER],
  ['username', 'provisioned_users.user_name_key'],
  ['meta.created', 'provisioned_users.created_at'],
  ['meta.lastmodified', 'provisioned_users.modified_at'],
]);

export function isOfGroups(name: string): boolean {
  return name === 'groups' || name === 'groups.value';
}

/** Lowered, with its schema where it is of an extension, and its part. */
export function nameOf({ schema, attribute, sub }: AttributePath): string {
  const extension = [ENTERPRISE_USER, ROSTER_USER].find((one) => one.toLowerCase() === schema);
  return `${extension ? `${schema}:` : ''}${attribute}${sub ? `.${sub}` : ''}`;
}

/** Under which path the value stands: of a list without a part it is the value. */
export function valuePath(path: AttributePath): string {
  const known = path.schema ? undefined : attributeNamed(USER_ATTRIBUTES, path.attribute);
  const isWhole = path.sub === undefined && known?.type === 'complex';
  return isWhole ? `${nameOf(path)}.value` : nameOf(path);
}

/** Under which paths anything of it stands. */
export function pathsOf(path: AttributePath): string[] {
  const known = path.schema ? undefined : attributeNamed(USER_ATTRIBUTES, path.attribute);
  if (path.sub !== undefined || known?.type !== 'complex') return [nameOf(path)];
  return (known.subAttributes ?? []).map(({ name }) => `${path.attribute}.${name.toLowerCase()}`);
}

/** Whether it compares what is said of them, and nothing that stands elsewhere. */
export function isPlainValue(comparison: Comparison): boolean {
  const { path, operator, value } = comparison;
  const name = nameOf(path);
  const isOwn = OWN_SORTS.has(name) || isOfGroups(name) || ['externalid', 'active', 'meta.resourcetype'].includes(name);
  return !isOwn && operator !== 'ne' && value !== null && !looksAtSystemEmail(comparison);
}

/** Whether no index leads to what it compares: all that is said under a path has to be looked through. */
export function isLookedThrough(filter: Filter): boolean {
  if ('parts' in filter) return filter.parts.some(isLookedThrough);
  if ('part' in filter) return isLookedThrough(filter.part);
  return filter.kind === 'compare' && ['co', 'ew'].includes(filter.operator) && isPlainValue(filter);
}

export function looksAtSystemEmail(filter: {
  kind?: Filter['kind'];
  path: AttributePath;
  operator?: Operator;
}): boolean {
  const isCompared = filter.operator === 'eq' || filter.operator === 'ne';
  return isCompared && valuePath(filter.path) === 'emails.value';
}
