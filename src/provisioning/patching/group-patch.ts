import { GROUP_KIND } from '../attribute.ts';
import { idOfHandle } from '../ids.ts';
import { fittingValue, type Resource } from '../resource.ts';
import type { Filter } from '../searching/filter.ts';
import { Unfit } from '../unfit.ts';
import { type PatchStep, pathedSteps, targetOf } from './patch.ts';

/** What steps make of a group, without a look at who is in it: there may be very many. */
export interface GroupSteps {
  name?: string;
  externalId?: string | null;
  members: { add?: number[]; remove?: number[]; whole?: number[] };
}

const MEMBERS = GROUP_KIND.attributes.find(({ name }) => name === 'members');
const UNCHANGING = 'What is said of a member never changes: members are added and removed.';

/** Throws Unfit. */
export function groupSteps(steps: PatchStep[]): GroupSteps {
  const coming = new Set<number>();
  const going = new Set<number>();
  let whole: Set<number> | undefined;
  const told: Omit<GroupSteps, 'members'> = {};
  for (const { op, path, value } of pathedSteps(GROUP_KIND, steps)) {
    const { attribute, sub, filter } = targetOf(GROUP_KIND, path);
    if (attribute?.name !== 'members') {
      const text = op === 'remove' ? undefined : (fittingValue(attribute!, value, path) as string | undefined);
      if (attribute?.name === 'externalId') told.externalId = text ?? null;
      else if (text === undefined) throw new Unfit('invalidValue', 'A group has a displayName.');
      else told.name = text;
      continue;
    }
    // Taken for the whole member, a part would end a membership, and without a filter those of all.
    if (sub) throw new Unfit('mutability', UNCHANGING);
    const isAll =
      filter === undefined && (op === 'replace' || (op === 'remove' && (value === undefined || value === null)));
    const ids = filter ? chosenBy(filter) : membersIn(value, path, op);
    if (filter && op !== 'remove') requireNoOther(ids, value, path);
    if (isAll) {
      whole = new Set(op === 'replace' ? ids : []);
      coming.clear();
      going.clear();
    } else
      for (const id of ids) {
        const [to, from] = op === 'remove' ? [going, whole ?? coming] : [whole ?? coming, going];
        to.add(id);
        from.delete(id);
      }
  }
  return { ...told, members: whole ? { whole: [...whole] } : { add: [...coming], remove: [...going] } };
}

/** Somebody who is to be replaced by another would come in. Nothing at all may be said of who is chosen. Throws Unfit. */
function requireNoOther(ids: number[], value: unknown, path: string): void {
  const one = { ...MEMBERS!, multiValued: undefined };
  const members = [value].flat().map((part) => (fittingValue(one, part, path) ?? {}) as Resource);
  const named = requireIds(members.filter((part) => part.value !== undefined || part.$ref !== undefined));
  if (named.some((id) => !ids.includes(id))) throw new Unfit('mutability', UNCHANGING);
}

function membersIn(value: unknown, path: string, op: PatchStep['op']): number[] {
  const members = (fittingValue(MEMBERS!, value, path) ?? []) as Resource[];
  return op === 'remove' ? members.flatMap(({ value: id }) => idOfHandle(id, 'user') ?? []) : requireIds(members);
}

/** Throws Unfit for what can be the id of nobody. */
export function requireIds(members: Resource[]): number[] {
  return members.map(({ value, $ref }) => {
    const id = idOfHandle(
      value ??
        String($ref ?? '')
          .split('/')
          .at(-1),
      'user',
    );
    if (id === undefined) throw new Unfit('invalidValue', `There is no user ${String(value).slice(0, 60)}.`);
    return id;
  });
}

/** `members[value eq "…"]`, or several of these. */
function chosenBy(filter: Filter): number[] {
  if (filter.kind === 'or') return filter.parts.flatMap(chosenBy);
  if (filter.kind === 'compare' && filter.operator === 'eq' && filter.path.attribute === 'value')
    return [idOfHandle(filter.value, 'user') ?? []].flat();
  throw new Unfit('invalidFilter', 'Members are chosen by value eq.');
}
