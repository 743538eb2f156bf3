import { findApplications } from '../../../applications/application-store.ts';
import type { LaterChange } from '../../../audit/later-changes.ts';
import {
  isChangeOfTag,
  type Step,
  type StepAction,
  type Undoable,
  type Wanted,
} from '../../../bulk-operations/undoable.ts';
import { WORDS_OF_CHANGE } from '../../../bulk-operations/undoing.ts';
import type { Levels } from '../../../permissions/permission-store.ts';
import { findTagNames } from '../../../tags/tag-store.ts';
import { wasActivity } from '../../../verbs/action.ts';
import { fieldsInWords, hadTag, tagOf } from '../../../verbs/facts.ts';
import type { Group } from '../../group.ts';
import { findGroupsOf } from '../../group-store.ts';
import type { GroupChange } from '../changing-groups.ts';
import { GROUP_ACTIVATION } from '../group-activation.ts';
import { GROUP_DEACTIVATION } from '../group-deactivation.ts';
import { GROUP_DELETION } from '../group-deletion.ts';
import { applicationOf, groupFacts, levelFacts } from '../group-facts.ts';
import { groupChangingAction } from './group-changing-action.ts';
import { settingLevels } from './permission-setting.ts';

/** What was done to groups becomes undone by what anybody would undo it with. */
export const GROUP_UNDOING: Undoable<Group> = {
  type: 'group',
  find: findGroupsOf,
  async findFacts(db, groups, fields) {
    const hasTags = [...fields].some((field) => tagOf(field) !== undefined);
    const ids = groups.map(({ id }) => id);
    const tags = hasTags ? await findTagNames(db, 'group', ids) : new Map<number, string[]>();
    return new Map(
      groups.map((group) => [
        group.id,
        { activity: group.activity, ...groupFacts(group, tags.get(group.id) ?? []), ...levelFacts(group.rights) },
      ]),
    );
  },
  /** What is granted on an application goes with it. */
  async findGone(db, fields) {
    const known = new Set((await findApplications(db)).map(({ key }) => key));
    const isGone = (application: string | undefined) => application !== undefined && !known.has(application);
    const gone = fields.filter((field) => isGone(applicationOf(field)));
    return new Map(gone.map((field) => [field, 'grants nothing on that application any more: it was deleted']));
  },
  isChangeOf,
  stepsFor: (group, wanted) => stepsFor(group, wanted),
  wasInWords(field, value, format) {
    const [application, tag] = [applicationOf(field), tagOf(field)];
    if (field === 'leaderId') return value === null ? 'had no leader' : 'had another leader';
    if (application !== undefined)
      return value === null ? `granted nothing on ${application}` : `granted ${value} on ${application}`;
    if (tag !== undefined) return hadTag(tag, value);
    if (field === 'activity' && value !== null) return wasActivity({ activity: value });
    return `${fieldsInWords({ [field]: value })} ${format.value(value)}`;
  },
};

/** What the audit calls the fields of facts, where it calls them otherwise. */
const AUDITED: Record<string, string> = { leaderId: 'leader' };

function isChangeOf(field: string, change: LaterChange): boolean {
  const tag = tagOf(field);
  if (tag !== undefined) return isChangeOfTag(tag, change);
  const audited = applicationOf(field) ?? AUDITED[field] ?? field;
  return Object.hasOwn(change.before, audited) || Object.hasOwn(change.after, audited);
}

function stepsFor(group: Group, { before }: Wanted): Step<Group>[] {
  const steps: Step<Group>[] = [];
  const change: GroupChange = {};
  const levels: Record<string, Levels[string]> = {};
  const tags: { add: string[]; remove: string[] } = { add: [], remove: [] };
  for (const [field, value] of Object.entries(before)) {
    const [application, tag] = [applicationOf(field), tagOf(field)];
    if (field === 'activity') steps.push({ key: `activity ${value}`, make: () => activityAction(group, value) });
    else if (application !== undefined) levels[application] = (value as Levels[string] | null) ?? 'none';
    else if (tag !== undefined) (value === true ? tags.add : tags.remove).push(tag);
    else Object.assign(change, { [field]: value });
  }
  if (tags.add.length + tags.remove.length > 0) change.tags = tags;
  const { leaderId, ...others } = change;
  // Who may lead is decided apart from all else: the rest comes back without them.
  for (const one of [others, leaderId === undefined ? {} : { leaderId }])
    if (Object.keys(one).length > 0)
      steps.push({ key: JSON.stringify(one), make: () => groupChangingAction(one, WORDS_OF_CHANGE) });
  if (Object.keys(levels).length > 0)
    steps.push({ key: `levels ${JSON.stringify(levels)}`, make: () => settingLevels(levels) });
  return steps;
}

/** What was only made by the operation goes; every other group becomes what it was. */
function activityAction({ activity }: Group, before: unknown): StepAction<Group> {
  if (before === 'active' || (activity === 'deleted' && before === 'deactivated')) return GROUP_ACTIVATION;
  return before === 'deactivated' ? GROUP_DEACTIVATION : GROUP_DELETION;
}
