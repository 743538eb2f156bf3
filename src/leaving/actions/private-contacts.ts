import { findRights } from '../../access/granted-rights.ts';
import { grants } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { handOverContacts } from '../../contacts/actions/handing-over.ts';
import { countPrivateContacts, findPrivateContacts } from '../../contacts/private-contacts.ts';
import { type LeftKind, writtenOf } from '../left-kind.ts';
import { PRIVATE_CONTACT } from './facts-left.ts';

/** Handed over unseen: told by their number alone, and nobody gives themself what they may not look at. */
export const PRIVATE_CONTACTS: LeftKind = {
  name: 'contacts',
  noun: 'private contact',
  label: 'Private contacts',
  said: (number) =>
    `They own ${number === 1 ? '1 private contact' : `${number} private contacts`}, which nobody else sees`,
  deeds: { 'hand-over': 'Hand over unseen', keep: 'Leave them: nobody else sees them' },
  heir: 'Whose they are from then on',
  unfit: 'may not read contacts, or is yourself: nobody gives themself what they may not see',
  async find(db, userIds) {
    const contacts = await findPrivateContacts(db, userIds);
    return contacts.map(({ id, ownerId }) => ({ id, of: ownerId, name: '' }));
  },
  count: countPrivateContacts,
  async refusal(_db, { by }) {
    return may(by, 'contacts', 'write') ? undefined : 'You may not change contacts: they stay as they are.';
  },
  async fits(db, { by, at }, heir, things) {
    if (heir.id === by.id) return [];
    return grants(await findRights(db, heir.id, minuteOf(at)), 'contacts', 'read') ? things : [];
  },
  async handOver(trx, act, leaver, shares) {
    const [share] = shares;
    if (!share || !may(act.by, 'contacts', 'write')) return writtenOf(PRIVATE_CONTACT.fact, [], null, null);
    const ids = shares.map(({ thing }) => thing.id);
    const handed = await handOverContacts(trx, act, ids, { from: leaver.id, to: share.to.id });
    return writtenOf(PRIVATE_CONTACT.fact, handed, leaver.id, share.to.id);
  },
};
