import type { MembershipFacts, MembershipsBefore } from '../../memberships/actions/membership-editing.ts';
import { membershipFact } from '../../users/actions/changing/user-facts.ts';
import type { Subject } from '../../users/user.ts';
import type { Performed, Written } from '../../verbs/action.ts';
import type { Outcome } from '../../verbs/outcome.ts';

/** What was written of memberships in a group, for the items. */
export function membershipsWritten(
  groupId: number,
  { outcomes, before }: { outcomes: Outcome<Subject>[]; before: MembershipsBefore },
  after: MembershipFacts,
): Performed<Subject>[] {
  const field = membershipFact(groupId);
  return outcomes.map((outcome) => {
    const written: Written = { before: { [field]: before.get(outcome.subject.id) ?? null }, after: { [field]: after } };
    return outcome.refusal ? outcome : { ...outcome, written };
  });
}
