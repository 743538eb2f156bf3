import { isOver } from '../../access/granted-rights.ts';
import { grantsInWords } from '../../access/rights.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Typed } from '../../forms/form.ts';
import { type Picker, SUGGESTED, type Suggestion, soughtIn } from '../../forms/picker.ts';
import type { Membership } from '../../memberships/membership-store.ts';
import type { Format } from '../../text/format.ts';
import { mayGive } from '../group.ts';
import { findKnownGroups, groupsCalled } from '../group-suggestions.ts';
import type { NamedGroup } from '../names/group-names.ts';

/** The memberships that somebody has already, with the words for their ends. */
interface Held {
  memberships: Membership[];
  format: Format;
}

/** The groups that are chosen, with what they give, and others of which the viewer may know: where these are few, all at once. */
export async function groupPicker(
  app: AppContext,
  viewer: Viewer,
  typed: Typed,
  { held, foot = 'users/_administrator-note' }: { held?: Held; foot?: string },
): Promise<Picker> {
  const now = minuteOf(app.clock());
  const ends = new Map(held?.memberships.map((one) => [one.groupId, endOf(one, now, held.format)]));
  const all = await findKnownGroups(app, viewer);
  const known = new Map([...all, ...app.index.groups.named(ends.keys())].map((group) => [group.id, group]));
  const chosenIds = new Set([typed.groups].flat().map(Number));
  const others = [...known.values()].filter((group) => !chosenIds.has(group.id));
  const sought = soughtIn(typed, { groups: 'groupsSearch' }, 'groups');
  const isShort = sought === '' && others.length <= SUGGESTED;
  const suggested = (group: NamedGroup): Suggestion => {
    const isGivable = mayGive(viewer, group);
    const gives = group.activity === 'active' ? grantsInWords(group.rights) : 'deactivated: grants nothing';
    const note = [gives, isGivable ? '' : 'more than you hold', ends.get(group.id) ?? ''];
    return { value: group.id, name: group.name, note: note.filter(Boolean).join(', '), isFixed: !isGivable };
  };
  return {
    field: 'groups',
    search: 'groupsSearch',
    label: 'Search for a group',
    chosen: [...known.values()].filter((group) => chosenIds.has(group.id)).map(suggested),
    found: (isShort ? others : groupsCalled(others, sought)).map(suggested),
    sought,
    nothing: 'No other group is found under',
    foot,
  };
}

/** Empty without an end. */
function endOf(membership: Membership, now: Instant, format: Format): string {
  if (membership.untilAt === null) return '';
  return `${isOver(membership, now) ? 'ended' : 'until'} ${format.end(membership.untilAt)}`;
}
