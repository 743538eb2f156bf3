import { z } from 'zod';
import { givesAdministration, isAnyAdministrator } from '../../../access/administrators.ts';
import { NO_RIGHTS } from '../../../access/rights.ts';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import type { Reader } from '../../../db/database.ts';
import { checkForm } from '../../../forms/form.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import { demandsFactor, type Group } from '../../../groups/group.ts';
import {
  endMemberships,
  judgeEnds,
  type MembershipFacts,
  type MembershipRule,
} from '../../../memberships/actions/membership-editing.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { counted, were } from '../../../text/text.ts';
import type { BulkAction, Judge } from '../../../verbs/action.ts';
import { allowed, type Outcome } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { keepLastAdministrator } from '../activity-change.ts';
import { membershipFact, writtenOf } from '../changing/user-facts.ts';
import { endIn } from '../former-ends.ts';
import { chosenGroup, groupChosen, leaveOutOf, meant, withGroup } from './group-addition.ts';

export const GROUP_REMOVAL: AskingAction<Subject> = {
  name: 'remove-from-group',
  label: 'Remove from group',
  otherNames: ['Take a group', 'Revoke'],
  icon: 'x',
  asks: [{ kind: 'group', field: 'group', label: 'Group' }],
  check: (typed) => checkForm(z.object({ group: chosenGroup }), typed),
  resolve: (db, _by, choices) => withGroup(db, choices),
  chosen: async (db, choices) => removalFrom(await groupChosen(db, choices)),
};

export function removalFrom(group: Group, rule?: MembershipRule): BulkAction<Subject> {
  const field = membershipFact(group.id);
  return {
    name: 'remove-from-group',
    label: `Remove from ${group.name}`,
    icon: 'x',
    bulk: {
      button: (number) => `Remove ${counted(number, 'user')} from ${group.name}`,
      done: (number) => `${were(number, 'user')} removed from ${group.name}.`,
      consequence: `They are no members of ${group.name} any more, and lose what only it grants, with the next click.`,
    },
    demandsProof: () => demandsFactor(group),
    givings: async (_db, _judge, subjects) => [
      { groupId: group.id, from: givenBy(group), to: NO_RIGHTS, userIds: subjects.map(({ id }) => id) },
    ],
    refusalOf: () => undefined,
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        leaveOutOf(outcomes, await judgeEnds(db, judge, { ...meant(group, allowed(outcomes)), rule }));
        await keepAdministratorsBy(group, db, judge, outcomes);
      }),
    async perform(trx, act, subjects) {
      const { before } = await endMemberships(trx, act, { ...meant(group, subjects), rule });
      return writtenOf(field, before, null);
    },
    was: (before, format) => {
      const { leads = false, ...facts } = (before[field] as MembershipFacts) ?? {};
      const untilAt = endIn(facts, 'untilAt');
      const been = untilAt ? `was a member until ${format.until(untilAt)}` : 'was a member without an end';
      return leads ? `${been}, and led the group` : been;
    },
    events: {},
  };
}

/** Leaves out whoever is the last administrator by this group; who is one without it as well stays one. */
export async function keepAdministratorsBy(
  { id, rights }: Group,
  db: Reader,
  judge: Judge,
  outcomes: Outcome<Subject>[],
): Promise<void> {
  if (!givesAdministration(rights) || (await isAnyAdministrator(db, judge.at, { users: [id], groups: [id] }))) return;
  await keepLastAdministrator(db, judge, outcomes);
}
