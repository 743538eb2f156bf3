import type { Choices } from '../../bulk-operations/asking-action.ts';
import type { Reader } from '../../db/database.ts';
import { counted } from '../../text/text.ts';
import type { User } from '../../users/user.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import { DEEDS, type Decision, type Decisions, type LeftKind, type LeftThing, type Share } from '../left-kind.ts';
import { LEFT_KINDS } from './left-kinds.ts';
import { sharesOf } from './sharing.ts';

/** What is done with the things of one kind. */
export interface Step {
  kind: LeftKind;
  deed: 'hand-over' | 'end';
  things: LeftThing[];
  /** Of what is handed over. */
  shares: Share[];
}

/** What was decided, as it was kept; of kinds that nothing was decided of everything stays. */
export function decisionsIn({ decisions }: Choices): Decisions {
  const kept = Object.entries((decisions ?? {}) as Record<string, Partial<Decision>>);
  return Object.fromEntries(
    kept.flatMap(([name, { deed, to, ids }]): [string, Decision][] =>
      DEEDS.some((one) => one === deed) ? [[name, { deed: deed!, to, ids }]] : [],
    ),
  );
}

/** All that somebody leaves behind, by the name of its kind; what there is none of is left out. */
export async function findLeft(db: Reader, userIds: number[], at: Judge['at']): Promise<Map<LeftKind, LeftThing[]>> {
  const left = new Map<LeftKind, LeftThing[]>();
  for (const kind of LEFT_KINDS) {
    const things = await kind.find(db, userIds, at);
    if (things.length > 0) left.set(kind, things);
  }
  return left;
}

/** What would be done by these decisions now, by whoever decides. */
export async function stepsFor(db: Reader, by: Judge, leaver: User, decisions: Decisions): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [kind, all] of await findLeft(db, [leaver.id], by.at)) {
    const { deed = 'keep', to, ids } = decisions[kind.name] ?? {};
    const things = ids && kind.isByOne ? all.filter(({ id }) => ids.includes(id)) : all;
    if (deed === 'keep' || things.length === 0 || !(deed in kind.deeds)) continue;
    if (await kind.refusal?.(db, by, things)) continue;
    const shares = deed === 'hand-over' ? await sharesOf(db, by, kind, { leaver, things, to }) : [];
    if (deed === 'end' || shares.length > 0) steps.push({ kind, deed, things, shares });
  }
  return steps;
}

/** "Groups led go to bob. Open invitations made: withdraw them." For the sheet of what was scheduled. */
export async function decisionsInWords(db: Reader, decisions: Decisions): Promise<string[]> {
  const names = await findUserNames(
    db,
    Object.values(decisions).map(({ to }) => to ?? null),
  );
  return LEFT_KINDS.flatMap((kind) => {
    const { deed, to, ids } = decisions[kind.name] ?? {};
    const words = deed && kind.deeds[deed];
    if (!words) return [];
    const whose = to === undefined ? '' : ` to ${names.get(to) ?? 'somebody who is gone'}`;
    const which = ids ? ` (${counted(ids.length, kind.noun)})` : '';
    return [`${kind.label}${which}: ${words.charAt(0).toLowerCase()}${words.slice(1)}${whose}.`];
  });
}
