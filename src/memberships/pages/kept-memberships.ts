import { keepAsOperation } from '../../bulk-operations/actions/kept-operation.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { membershipFact } from '../../users/actions/changing/user-facts.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import type { MembershipsBefore } from '../actions/membership-editing.ts';

/** What the page of a group does to memberships, by the names of the operations that tell of it. */
type Deed = 'add-to-group' | 'remove-from-group' | 'set-membership-end';

/** What a verb says that changed memberships. */
interface Changed {
  outcomes: Outcome<Subject>[];
  before: MembershipsBefore;
}

/** Changes memberships as an operation, with a report, which can be taken back. Returns it, where anything was changed. */
export async function keepMemberships<T extends Changed>(
  trx: Transaction,
  act: Act,
  { groupId, untilAt, deed }: { groupId: number; untilAt: Instant | null; deed: Deed },
  work: (act: Act) => Promise<T>,
): Promise<T & { operationId: number | undefined }> {
  const field = membershipFact(groupId);
  const after = deed === 'remove-from-group' ? null : { untilAt };
  let changed: T | undefined;
  const kept = { subjectType: 'user' as const, action: deed, choices: { group: groupId, untilAt } };
  const operationId = await keepAsOperation(trx, act, kept, async (own) => {
    changed = await work(own);
    const { outcomes, before } = changed;
    return outcomes.map(({ subject, refusal }) => ({
      subject,
      refusal,
      written: refusal ? undefined : { before: { [field]: before.get(subject.id) }, after: { [field]: after } },
    }));
  });
  return { ...changed!, operationId };
}
