import { z } from 'zod';
import { isOver } from '../../../access/granted-rights.ts';
import { NO_RIGHTS } from '../../../access/rights.ts';
import type { AskingAction, Choices } from '../../../bulk-operations/asking-action.ts';
import type { Instant } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { id } from '../../../forms/fields.ts';
import { checkForm, FieldErrors } from '../../../forms/form.ts';
import { endBy } from '../../../forms/moments.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import type { Group } from '../../../groups/group.ts';
import { findGroup, findGroups } from '../../../groups/group-store.ts';
import {
  BY_FORM_OF_USER,
  grantMemberships,
  judgeGrants,
  type Meant,
  requireEndAhead,
  staysIn,
} from '../../../memberships/actions/membership-editing.ts';
import { countOutlasting, outlastingInWords } from '../../../memberships/outlasting.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { type Format, format } from '../../../text/format.ts';
import { counted, were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { ifOneself, joined, NOBODY_COUNTED } from '../../../verbs/notes.ts';
import { allowed, leaveOut, type Outcome, type Refusal } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { membershipFact, writtenOf } from '../changing/user-facts.ts';
import { endIn } from '../former-ends.ts';

export const GROUP_ADDITION: AskingAction<Subject> = {
  name: 'add-to-group',
  label: 'Add to group',
  otherNames: ['Give a group', 'Grant'],
  icon: 'plus',
  asks: [
    { kind: 'group', field: 'group', label: 'Group' },
    {
      kind: 'end',
      field: 'untilAt',
      label: 'Until',
      help: 'From then on the group gives them nothing; without a time, from the end of that day. Empty: no end.',
    },
  ],
  check: (typed, times) => checkForm(z.object({ group: chosenGroup, untilAt: endBy(times) }), typed),
  resolve(db, by, choices) {
    requireEndAhead(by, endIn(choices, 'untilAt'));
    return withGroup(db, choices);
  },
  async chosen(db, choices, words = format) {
    return additionTo(await groupChosen(db, choices), endIn(choices, 'untilAt'), { words });
  },
};

/** `asBefore`: such memberships stood so, and come back. */
export function additionTo(
  group: Group,
  untilAt: Instant | null,
  { words = format, asBefore = false }: { words?: Format; asBefore?: boolean },
): BulkAction<Subject> {
  const end = untilAt ? ` until ${words.until(untilAt)}` : '';
  const field = membershipFact(group.id);
  const rule = asBefore ? BY_FORM_OF_USER : undefined;
  return {
    name: 'add-to-group',
    label: `Add to ${group.name}`,
    icon: 'plus',
    bulk: {
      button: (number) => `Add ${counted(number, 'user')} to ${group.name}`,
      done: (number) => `${were(number, 'user')} added to ${group.name}${end}.`,
      consequence: `They are members of ${group.name}${end || ' from now on'}, with what it grants.`,
    },
    async givings(_db, { at }, subjects) {
      if (isOver({ untilAt }, at)) return [];
      return [{ groupId: group.id, from: NO_RIGHTS, to: givenBy(group), userIds: subjects.map(({ id }) => id) }];
    },
    notes: joined(
      {
        count: async ({ subjects }, db, { at }) => ({
          outlasting: await countOutlasting(db, subjects, { rights: group.rights, untilAt, at }),
        }),
        inWords: ({ outlasting = NOBODY_COUNTED }) => outlastingInWords(outlasting),
      },
      ...(staysIn(group) ? [ifOneself<Subject>(TAKEN_OUT_BY_OTHERS)] : []),
    ),
    refusalOf: () => undefined,
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        if (!asBefore) requireEndAhead(judge, untilAt);
        leaveOutOf(outcomes, await judgeGrants(db, judge, { ...meant(group, allowed(outcomes)), rule }, untilAt));
      }),
    async perform(trx, act, subjects) {
      const { before } = await grantMemberships(trx, act, { ...meant(group, subjects), asBefore, rule }, untilAt);
      return writtenOf(field, before, { untilAt });
    },
    was: () => `was no member of ${group.name}`,
    events: {},
  };
}

const TAKEN_OUT_BY_OTHERS = 'You are one of them: only another administrator can take you out again.';

export const chosenGroup = id.refine((value) => value !== null, 'Choose one of the groups found.');

/** Only what is there is chosen. Throws FieldErrors. */
export async function withGroup(db: Reader, choices: Choices): Promise<Choices> {
  const [group] = await findGroups(db, [Number(choices.group)]);
  if (!group) throw new FieldErrors({ group: 'There is no such group any more. Choose another one.' });
  return choices;
}

/** The group that was chosen. Reports tell of one that was deleted since, and whoever is judged is left out because of it. */
export function groupChosen(db: Reader, choices: Choices): Promise<Group> {
  return findGroup(db, Number(choices.group));
}

/** Their memberships in the group, as they were just read. */
export function meant(group: Pick<Group, 'id'>, subjects: Subject[]): Meant {
  return { groupId: group.id, userIds: subjects.map(({ id }) => id), subjects };
}

/** Takes over what another judgement says of the same users. */
export function leaveOutOf(outcomes: Outcome<Subject>[], judged: { subject: Subject; refusal?: Refusal }[]): void {
  const refusals = new Map(judged.map(({ subject, refusal }) => [subject.id, refusal]));
  leaveOut(outcomes, ({ id }) => refusals.get(id));
}
