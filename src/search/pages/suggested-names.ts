import { ACTIVITIES } from '../../access/activity.ts';
import type { Reader } from '../../db/database.ts';
import type { SignedIn } from '../../sessions/signed-in.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import type { StateLimits } from '../../users/user-state.ts';
import { findContactsOf, findGroupsOf } from './jump.ts';

interface SuggestedName {
  name: string;
  note?: string;
}

/** For a field in which somebody is named, whatever it is called, or any record; who may not look at such is suggested none. */
export async function suggestedNames(
  sources: { db: Reader; index: UserIndex; limits: StateLimits; viewer: SignedIn },
  { isOfAnything, text }: { isOfAnything: boolean; text: string },
): Promise<SuggestedName[]> {
  if (!text.trim()) return [];
  const users = await findUsersCalled(sources, text, { activity: ACTIVITIES });
  const others = isOfAnything ? [...(await findGroupsOf(sources, text)), ...(await findContactsOf(sources, text))] : [];
  return [...suggestedByName(users), ...others.map(({ label, note }) => ({ name: label, note }))];
}
