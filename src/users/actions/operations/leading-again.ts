import type { StepAction } from '../../../bulk-operations/undoable.ts';
import { changeGroups } from '../../../groups/actions/changing-groups.ts';
import { mayAppoint, mayChange } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { forbidden, inapplicable, leaveOut } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';

/** Makes whoever led the group its leader again, where nobody else is by now. */
export function leadingAgain(groupId: number): StepAction<Subject> {
  return {
    refusalOf: () => undefined,
    async refuseAmong(db, { by }, outcomes) {
      const [group] = await findGroups(db, [groupId]);
      leaveOut(outcomes, () => {
        if (!group || group.activity === 'deleted') return inapplicable('led a group that is gone');
        if (group.leaderId !== null) return inapplicable(`led ${group.name}, which has another leader by now`);
        return mayChange(by, group) && mayAppoint(by)
          ? undefined
          : forbidden(`led ${group.name}: you may not say who does`);
      });
    },
    async perform(trx, act, subjects) {
      for (const { id } of subjects) await changeGroups(trx, act, [groupId], { leaderId: id });
      // It belongs to the membership, which is what was written.
      return new Map();
    },
  };
}
