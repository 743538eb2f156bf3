import type { Reader } from '../db/database.ts';
import { identityKey } from '../text/identity-key.ts';
import { sortKey } from '../text/sort-key.ts';
import { searchText } from '../text/text.ts';

export interface LinkedName {
  name: string;
  isPublic: boolean;
}

interface Names {
  name: string;
  email: string | null;
}

/**
 * The keys of a user's names, those of `before` left out where they stay. The twin is 0 but for users who had one key with an older
 * one when such keys became one: what stays theirs stays theirs, and a new name has to be free.
 */
export function keyColumns(user: Names, before?: Names) {
  return {
    ...(user.name !== before?.name && { name_key: identityKey(user.name), name_twin: 0 }),
    ...(user.email !== before?.email && {
      email_key: user.email === null ? null : identityKey(user.email),
      email_twin: 0,
    }),
  };
}

/** What the table keeps of a user's names: as they were typed, and made from them the sort and the search texts. */
export function nameColumns(user: Names, contact: LinkedName | null) {
  // The list sorts by what is public; what else a viewer may see is looked up in the contacts.
  const shared = contact?.isPublic ? contact.name : null;
  return {
    name: user.name,
    sort_name: sortKey(user.name),
    email: user.email,
    search_text: searchText([user.name], user.email === null ? [] : [user.email]),
    contact_name: contact?.name ?? null,
    contact_sort: shared === null ? null : sortKey(shared),
  };
}

/** What other rows say of a program, to be selected with its own: whoever answers for it, and its last token. */
export function programColumns(db: Reader) {
  const owner = () => db('users as owner').where('owner.id', db.ref('users.api_only_owner_id'));
  return {
    owner_activity: owner().select('owner.activity'),
    owner_leaves_at: owner().select('owner.leaves_at'),
    token_until: lastTokenUntil(db),
  };
}

/** When the last token of a program ends. */
export function lastTokenUntil(db: Reader) {
  const tokens = db('tokens').where('tokens.user_id', db.ref('users.id')).whereNull('tokens.ended_at');
  return tokens.max('tokens.expires_at');
}
