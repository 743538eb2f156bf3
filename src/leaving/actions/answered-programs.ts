import { mayAdminister } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { shortened } from '../../text/text.ts';
import { programFact } from '../../users/actions/changing/user-facts.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { handOverPrograms } from '../../users/actions/owned-programs.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import { findOwnedBy } from '../../users/program-owners.ts';
import { findSubjects } from '../../users/user-store.ts';
import { allowed } from '../../verbs/outcome.ts';
import { idsOf, type LeftKind, writtenOf } from '../left-kind.ts';
import { ENDED_PROGRAM } from './facts-left.ts';

const NAMED = 5;

export const ANSWERED_PROGRAMS: LeftKind = {
  name: 'programs',
  noun: 'program',
  label: 'Programs answered for',
  deeds: { 'hand-over': 'Hand over', end: 'Deactivate them', keep: 'Leave it: they go on, and are listed as orphaned' },
  heir: 'Who answers for them from then on',
  unfit: 'cannot answer for them',
  async find(db, userIds) {
    const programs = await findOwnedBy(db, userIds);
    return programs.map(({ id, name, ownerId }) => ({ id, name, of: ownerId, path: `/users/${id}` }));
  },
  async refusal(db, { by, at }, things) {
    const programs = await findSubjects(db, idsOf(things), minuteOf(at));
    const others = programs.filter((program) => !mayAdminister(by, program)).map(({ name }) => name);
    return others.length === 0
      ? undefined
      : `${shortened(others, NAMED)} may do what you may not, so you do not say who answers for it: that stays as it is.`;
  },
  fits: async (_db, _by, _heir, things) => things,
  async handOver(trx, act, leaver, shares) {
    const [share] = shares;
    if (!share) return writtenOf(programFact, [], null, null);
    const handed = await handOverPrograms(trx, act, [leaver], share.to.id);
    return writtenOf(programFact, handed.get(leaver.id) ?? [], leaver.id, share.to.id);
  },
  async end(trx, act, _leaver, things) {
    const outcomes = await performOnUsers(trx, act, DEACTIVATION, idsOf(things));
    return writtenOf(ENDED_PROGRAM.fact, idsOf(allowed(outcomes)), 'active', 'deactivated');
  },
};
