import { covers } from '../../access/rights.ts';
import type { Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { countEffectsOn } from '../../permissions/effect.ts';
import type { BulkAction, Giving, Judge, Subjected } from '../../verbs/action.ts';
import type { Changing } from '../../verbs/notes.ts';
import { allowed, type Outcome } from '../../verbs/outcome.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { findMeantAmong } from '../bulk-piece-store.ts';
import { addEffects, type EffectTally, NO_EFFECTS } from '../effect-tally.ts';
import { judgeOperation } from './execution.ts';

/** What it means for people when an action is done to these. */
export async function countEffects(
  db: Reader,
  by: Judge,
  action: BulkAction,
  changing: Changing<Subjected>,
): Promise<EffectTally> {
  const { subjects, whichOf } = changing;
  if (subjects.length === 0) return NO_EFFECTS;
  const said = {
    ...NO_EFFECTS,
    notes: (await action.notes?.count(changing, db, by)) ?? {},
    hasGentler: subjects.some((subject) => action.instead?.isFor(subject) ?? false),
  };
  const givings = ((await action.givings?.(db, by, subjects)) ?? []).filter(changesRights);
  if (givings.length === 0) return said;
  const more = { now: by.at, whichOf };
  const effects: EffectTally[] = [];
  for (const giving of givings) effects.push(await effectOf(db, giving, more));
  return addEffects(said, ...effects);
}

function changesRights({ from, to }: Giving): boolean {
  return !(covers(from, to) && covers(to, from));
}

async function effectOf(
  db: Reader,
  { groupId, from, to, userIds }: Giving,
  more: { now: Instant; whichOf: Changing<Subjected>['whichOf'] },
): Promise<EffectTally> {
  if (userIds === undefined) return { ...NO_EFFECTS, changes: [{ from, to, groupIds: [groupId] }] };
  const counts = await countEffectsOn(db, { changes: [{ groupId, from, to }], userIds, ...more });
  return { ...NO_EFFECTS, moves: [{ groupId, from, to, ...counts }] };
}

/** Those of a piece of a draft whom it would change; others of its set are judged when they are asked for. */
export function changingOf(
  db: Reader,
  by: Judge,
  draft: BulkOperation,
  outcomes: Outcome<Subjected>[],
): Changing<Subjected> {
  const subjects = allowed(outcomes);
  const changed = new Set(subjects.map(({ id }) => id));
  const judged = new Set(outcomes.map(({ subject }) => subject.id));
  return {
    subjects,
    async whichOf(ids) {
      const here = ids.filter((id) => changed.has(id));
      const elsewhere = [
        ...(await findMeantAmong(
          db,
          draft.id,
          ids.filter((id) => !judged.has(id)),
        )),
      ];
      if (elsewhere.length === 0) return new Set(here);
      const others = allowed(await judgeOperation(db, by, draft, elsewhere));
      return new Set([...here, ...others.map(({ id }) => id)]);
    },
  };
}
