import type { Step, StepAction } from '../../../bulk-operations/undoable.ts';
import type { Reader } from '../../../db/database.ts';
import type { Judge } from '../../../verbs/action.ts';
import { inapplicable, leaveOut, type Refusal } from '../../../verbs/outcome.ts';
import { findOwnerIds } from '../../program-owners.ts';
import type { Subject } from '../../user.ts';
import { findUsers } from '../../user-store.ts';
import { changeUsers } from '../changing/changing-users.ts';
import { judgeChange } from '../changing/planned-change.ts';
import { programFact } from '../changing/user-facts.ts';

/** The key of what makes somebody active again, or takes them out. */
export const activityKey = (activity: unknown) => `activity ${activity}`;

/** Who comes back is there before their programs are; who goes leaves them first. */
export function addProgramStep(
  steps: Step<Subject>[],
  subject: Subject,
  { ownerId, programs }: { ownerId: number; programs: number[] },
): void {
  const isOwn = ownerId === subject.id;
  const comingBack = isOwn ? steps.find(({ key }) => key === activityKey('active')) : undefined;
  const step: Step<Subject> = {
    key: `programs ${programs.join()} to ${ownerId}`,
    needs: comingBack?.key,
    make: () => programsReturning(ownerId, programs, { isThereByThen: comingBack !== undefined }),
  };
  if (isOwn) steps.push(step);
  else steps.unshift(step);
}

/** Who answered for these programs does again, if they can. */
function programsReturning(
  ownerId: number,
  programs: number[],
  { isThereByThen }: { isThereByThen: boolean },
): StepAction<Subject> {
  /** What keeps programs from it, said of whoever answered for them. */
  async function findRefused(db: Reader, by: Judge): Promise<Refusal[]> {
    const outcomes = await judgeChange(db, by, programs);
    return outcomes.flatMap(({ subject: { name }, refusal }) =>
      refusal ? { kind: refusal.kind, reason: `answered for ${name}, which ${refusal.reason}` } : [],
    );
  }

  return {
    changesOthers: true,
    refusalOf: () => undefined,
    async refuseAmong(db, by, outcomes) {
      const [owner] = await findUsers(db, [ownerId]);
      const canAnswer = owner && !owner.apiOnly && (isThereByThen || owner.activity === 'active');
      const refused = await findRefused(db, by);
      leaveOut(outcomes, ({ id }) => {
        if (canAnswer) return refused.length === programs.length ? refused[0] : undefined;
        const who = id === ownerId ? '' : `${owner?.name} `;
        return inapplicable(`answered for programs, and ${who}cannot any more`);
      });
    },
    findShortfall: async (db, by) => (await findRefused(db, by)).at(0),
    async perform(trx, act, subjects) {
      const [owner] = await findUsers(trx, [ownerId]);
      if (owner?.activity !== 'active' || owner.apiOnly) return new Map();
      const owners = await findOwnerIds(trx, programs);
      const { written } = await changeUsers(trx, act, programs, { program: { ownerId } });
      const facts = (whose: (id: number) => unknown) =>
        Object.fromEntries([...written.keys()].map((id) => [programFact(id), whose(id)]));
      const one = { before: facts((id) => owners.get(id)), after: facts(() => ownerId) };
      return new Map(subjects.map(({ id }) => [id, one]));
    },
  };
}
