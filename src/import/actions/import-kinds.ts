import type { ImportKindName } from '../columns.ts';
import { changeImportedContacts, createImportedContacts } from './contact-applying.ts';
import { contactKeys, planContacts } from './contact-planning.ts';
import { givenToNewContacts, givenToNewUsers } from './given-to-new.ts';
import type { ImportKind } from './import-kind.ts';
import { changeImported, createImported } from './user-applying.ts';
import { findMatches, keysOf } from './user-matching.ts';
import { planUsers } from './user-planning.ts';

export const KINDS: Record<ImportKindName, ImportKind> = {
  users: {
    subjectType: 'user',
    application: 'users',
    async keysOf(db, _by, rows, choices) {
      const found = await findMatches(db, rows, choices);
      return new Map(rows.map((row) => [row, keysOf(row, found.get(row))]));
    },
    plan: planUsers,
    givenToNew: givenToNewUsers,
    create: createImported,
    change: changeImported,
  },
  contacts: {
    subjectType: 'contact',
    application: 'contacts',
    keysOf: contactKeys,
    plan: planContacts,
    givenToNew: async (_db, planned) => givenToNewContacts(planned),
    create: createImportedContacts,
    change: changeImportedContacts,
  },
};
