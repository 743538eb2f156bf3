import { z } from 'zod';
import { NO_RIGHTS } from '../../../access/rights.ts';
import type { AskingAction, Choices } from '../../../bulk-operations/asking-action.ts';
import type { Reader } from '../../../db/database.ts';
import { day, id } from '../../../forms/fields.ts';
import { checkForm, FieldErrors } from '../../../forms/form.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import type { Group } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { grantMemberships, judgeGrants, requireLastDayAhead } from '../../../memberships/actions/membership-editing.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { format } from '../../../text/format.ts';
import { counted, were } from '../../../text/text.ts';
import { leaveOut, type Outcome, type Refusal } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { membershipFact, writtenOf } from '../changing/user-facts.ts';

export const GROUP_ADDITION: AskingAction<Subject> = {
  name: 'add-to-group',
  label: 'Add to group',
  otherNames: ['Give a group', 'Grant'],
  icon: 'plus',
  asks: [
    { kind: 'group', field: 'group', label: 'Group' },
    {
      kind: 'day',
      field: 'untilOn',
      label: 'Until',
      help: 'The last day, in UTC, on which they are members. Empty: without an end.',
    },
  ],
  check: (typed) => checkForm(z.object({ group: chosenGroup, untilOn: day }), typed),
  async chosen(db, choices) {
    const group = await groupChosen(db, choices);
    const untilOn = (choices.untilOn as string | null) ?? null;
    const end = untilOn ? ` until ${format.day(untilOn)}` : '';
    const field = membershipFact(group.id);
    return {
      name: 'add-to-group',
      label: `Add to ${group.name}`,
      icon: 'plus',
      bulk: {
        button: (number) => `Add ${counted(number, 'user')} to ${group.name}`,
        done: (number) => `${were(number, 'user')} added to ${group.name}${end}.`,
        consequence: `They are members of ${group.name}${end || ' from now on'}, with what it grants.`,
      },
      givings: async (_db, _judge, subjects) => [
        { groupId: group.id, from: NO_RIGHTS, to: givenBy(group), userIds: subjects.map(({ id }) => id) },
      ],
      refusalOf: () => undefined,
      refuseAmong: (db, judge, outcomes) =>
        unlessRefused(outcomes, async () => {
          requireLastDayAhead(judge, untilOn);
          leaveOutOf(outcomes, await judgeGrants(db, judge, meant(group, outcomes)));
        }),
      async perform(trx, act, subjects) {
        const userIds = subjects.map(({ id }) => id);
        const { before } = await grantMemberships(trx, act, { groupId: group.id, userIds }, untilOn);
        return writtenOf(field, before, { untilOn });
      },
      was: () => `was no member of ${group.name}`,
      events: {},
    };
  },
};

export const chosenGroup = id.refine((value) => value !== null, 'Choose one of the groups found.');

/** The group that was chosen, whatever has become of it since. Throws FieldErrors where it never was. */
export async function groupChosen(db: Reader, choices: Choices): Promise<Group> {
  const [group] = await findGroups(db, [Number(choices.group)]);
  if (!group) throw new FieldErrors({ group: 'There is no such group any more. Choose another one.' });
  return group;
}

/** Those of the set who are not left out already. */
export function meant(group: Group, outcomes: Outcome<Subject>[]): { groupId: number; userIds: number[] } {
  const userIds = outcomes.filter(({ refusal }) => !refusal).map(({ subject }) => subject.id);
  return { groupId: group.id, userIds };
}

/** Takes over what another judgement says of the same users. */
export function leaveOutOf(outcomes: Outcome<Subject>[], judged: { subject: Subject; refusal?: Refusal }[]): void {
  const refusals = new Map(judged.map(({ subject, refusal }) => [subject.id, refusal]));
  leaveOut(outcomes, ({ id }) => refusals.get(id));
}
