import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Reader } from '../../db/database.ts';
import { optional } from '../../forms/fields.ts';
import { checkForm, type Errors, FieldErrors, type Typed, typedFields } from '../../forms/form.ts';
import { endBy, keeping, type Times } from '../../forms/moments.ts';
import { picked, type Searches } from '../../forms/picker.ts';
import type { Subject } from '../../users/user.ts';
import type { Judge } from '../../verbs/action.ts';
import { findLeft } from '../actions/decisions.ts';
import { LEFT_KINDS } from '../actions/left-kinds.ts';
import type { Departure } from '../actions/operations/letting-leave.ts';
import { heirNamed, sharesOf } from '../actions/sharing.ts';
import { DEEDS, type Decision, type Decisions, type LeftKind, type LeftThing } from '../left-kind.ts';

const NAMED = LEFT_KINDS.filter(({ heir }) => heir);
const BY_ONE = LEFT_KINDS.filter(({ isByOne }) => isByOne);

/** The fields of a kind: who gets it, which of it somebody read, and what stood there as a whole. */
export const heirField = ({ name }: Pick<LeftKind, 'name'>) => `${name}To`;
export const idsField = ({ name }: Pick<LeftKind, 'name'>) => `${name}Ids`;
export const seenField = ({ name }: Pick<LeftKind, 'name'>) => `${name}Seen`;

const CHANGED = 'There is something else here than when you opened the page. Look at it again.';

/** What stands there, as one word; of what is told by its number alone, no more than that. */
export function seenIn(kind: LeftKind, things: LeftThing[]): string {
  if (kind.count) return String(things.length);
  const ids = things.map(({ id }) => id).toSorted((one, other) => one - other);
  return createHash('sha256').update(ids.join(' ')).digest('base64url').slice(0, 22);
}

export const LEAVING_SEARCHES: Searches = Object.fromEntries(NAMED.map((kind) => [heirField(kind), heirField(kind)]));

export function typedLeaving(body: unknown): Typed {
  const fields = [
    'leavesAt',
    'step',
    ...LEFT_KINDS.flatMap((kind) => [kind.name, seenField(kind)]),
    ...NAMED.map(heirField),
  ];
  return picked(typedFields(body, fields, BY_ONE.map(idsField)), LEAVING_SEARCHES);
}

const form = (times: Times) =>
  z.object({
    leavesAt: endBy(times),
    ...Object.fromEntries(
      LEFT_KINDS.map(({ name }) => [name, z.enum(['', ...DEEDS], { error: 'Choose one of these.' })]),
    ),
    ...Object.fromEntries(NAMED.map((kind) => [heirField(kind), optional(254, 'At most 254 characters.')])),
  });

/** What was decided, with whom it names. Of what there is no decision on, nothing changes. Throws FieldErrors. */
export async function checkedLeaving(
  db: Reader,
  by: Judge,
  leaver: Subject,
  { typed, times }: { typed: Typed; times: Times },
): Promise<Departure> {
  const { values, errors } = checkForm(form(keeping(times, leaver.leavesAt)), typed);
  if (errors) throw new FieldErrors(errors);
  const leavesAt = leaver.activity === 'active' ? values.leavesAt : null;
  const then = leavesAt !== null && leavesAt > by.at ? { ...by, at: leavesAt } : by;
  const decisions: Decisions = {};
  const wrong: Errors = {};
  for (const [kind, things] of await findLeft(db, [leaver.id], by.at)) {
    if (!DEEDS.some((deed) => deed === typed[kind.name])) continue;
    try {
      decisions[kind.name] = await decisionOn(db, then, kind, { leaver, things, typed });
    } catch (error) {
      if (!(error instanceof FieldErrors)) throw error;
      Object.assign(wrong, error.errors);
    }
  }
  if (Object.keys(wrong).length > 0) throw new FieldErrors(wrong);
  return { leavesAt, decisions };
}

async function decisionOn(
  db: Reader,
  by: Judge,
  kind: LeftKind,
  { leaver, things, typed }: { leaver: Subject; things: LeftThing[]; typed: Typed },
): Promise<Decision> {
  const deed = typed[kind.name] as Decision['deed'];
  if (!(deed in kind.deeds)) throw new FieldErrors({ [kind.name]: 'Choose one of these.' });
  if (deed !== 'keep' && typed[seenField(kind)] !== seenIn(kind, things))
    throw new FieldErrors({ [kind.name]: CHANGED });
  const refusal = deed === 'keep' ? undefined : await kind.refusal?.(db, by, things);
  if (refusal) throw new FieldErrors({ [kind.name]: refusal });
  if (kind.isByOne) return { deed, ids: [typed[idsField(kind)]].flat().map(Number) };
  if (deed !== 'hand-over' || !kind.heir) return { deed };
  const field = heirField(kind);
  const name = String(typed[field]).trim();
  if (name !== '') return { deed, to: (await heirNamed(db, by, kind, { field, typed: name, leaver, things })).id };
  if (!kind.propose) throw new FieldErrors({ [field]: 'Name who takes over.' });
  const shares = await sharesOf(db, by, kind, { leaver, things });
  if (shares.length === 0)
    throw new FieldErrors({ [field]: 'Nobody there could: name somebody, or choose otherwise.' });
  return { deed };
}
