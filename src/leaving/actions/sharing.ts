import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { shortened } from '../../text/text.ts';
import type { User } from '../../users/user.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import type { Judge } from '../../verbs/action.ts';
import { canTakeOver, findHeirs, type Heir, proposedHeirs } from '../heirs.ts';
import type { Decision, LeftKind, LeftThing, Share } from '../left-kind.ts';

const NAMED = 3;

/** Who gets which of these: whoever was named, else those who are proposed. What nobody named can take over stays. */
export async function sharesOf(
  db: Reader,
  by: Judge,
  kind: LeftKind,
  { leaver, things, to }: { leaver: Pick<User, 'id'>; things: LeftThing[] } & Pick<Decision, 'to'>,
): Promise<Share[]> {
  if (!kind.heir) return things.map((thing) => ({ thing, to: { id: by.by.id ?? 0, name: by.by.name } }));
  if (to === undefined) return (kind.propose ?? proposeOne(kind))(db, by, leaver, things);
  const [heir] = await findHeirs(db, [to], minuteOf(by.at));
  if (!heir || heir.id === leaver.id) return [];
  return (await kind.fits!(db, by, heir, things)).map((thing) => ({ thing, to: heir }));
}

/** The first of those who may be proposed who can take over all of it. */
const proposeOne =
  (kind: LeftKind) =>
  async (db: Reader, by: Judge, leaver: Pick<User, 'id'>, things: LeftThing[]): Promise<Share[]> => {
    for (const heir of await proposedHeirs(db, leaver.id, minuteOf(by.at))) {
      const fitting = await kind.fits!(db, by, heir, things);
      if (fitting.length === things.length) return things.map((thing) => ({ thing, to: heir }));
    }
    return [];
  };

/** Whoever was named, where they can take over all of these by then. Throws FieldErrors. */
export async function heirNamed(
  db: Reader,
  by: Judge,
  kind: LeftKind,
  { field, typed, leaver, things }: { field: string; typed: string; leaver: Pick<User, 'id'>; things: LeftThing[] },
): Promise<Heir> {
  const user = await findUserByIdentifier(db, typed);
  const fail = (message: string) => new FieldErrors({ [field]: message });
  if (!user) throw fail('There is no user with this name or email.');
  const { id, name } = user;
  if (id === leaver.id) throw fail(`${name} goes: name somebody else.`);
  if (!canTakeOver(user, minuteOf(by.at)))
    throw fail(`${name} cannot sign in by then, and is not invited: name somebody else.`);
  const fitting = await kind.fits!(db, by, { id, name }, things);
  const others = things.filter((thing) => !fitting.includes(thing));
  if (others.length === 0) return { id, name };
  const names = others.map((thing) => thing.name).filter(Boolean);
  throw fail(`${name} ${kind.unfit}${names.length > 0 ? `: ${shortened(names, NAMED)}` : ''}.`);
}
