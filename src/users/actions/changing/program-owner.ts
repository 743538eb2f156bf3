import type { Choices } from '../../../bulk-operations/asking-action.ts';
import type { Reader } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import type { User } from '../../user.ts';
import { findUserByIdentifier } from '../../user-lookup.ts';
import { findUserNames } from '../../user-store.ts';

/** The choices with whoever is to answer for programs. Throws FieldErrors. */
export async function withOwner(db: Reader, choices: Choices): Promise<Choices> {
  const { id } = personWhoAnswers(await findUserByIdentifier(db, String(choices.apiOnlyOwner)));
  return { ...choices, ownerId: id };
}

/** Whoever is named to answer for a program, as far as they can. Throws FieldErrors. */
export function personWhoAnswers(owner: User | undefined): User {
  if (owner?.activity !== 'active')
    throw new FieldErrors({ apiOnlyOwner: 'There is no active user with this name or email.' });
  if (owner.apiOnly) throw new FieldErrors({ apiOnlyOwner: `${owner.name} is API-only: a person must answer for it.` });
  return owner;
}

/** As they are called by now. */
export async function ownerName(db: Reader, choices: Choices): Promise<string> {
  const id = Number(choices.ownerId);
  return (await findUserNames(db, [id])).get(id) ?? String(choices.apiOnlyOwner);
}
