import { findOldestShown } from '../../bulk-operations/bulk-operation-store.ts';
import { pruneFeed } from '../../facets/following/feed.ts';
import type { Feature } from '../../web/feature.ts';
import { CONTACT_CHANGES } from '../contact-index.ts';

export const CONTACTS: Feature = {
  tab: { application: 'contacts', label: 'Contacts', href: '/contacts', pages: /^\/contacts\b/ },
  pages: [
    { label: 'Contacts', path: '/contacts', icon: 'id-badge', needs: [['contacts', 'read']] },
    { label: 'New Person', path: '/contacts/new?kind=person', icon: 'plus', needs: [['contacts', 'write']] },
    { label: 'New Company', path: '/contacts/new?kind=company', icon: 'plus', needs: [['contacts', 'write']] },
  ],
  longForms: '/contacts',
  // The sheet of a draft says which changed since its list was shown.
  prune: async (trx) => pruneFeed(trx, CONTACT_CHANGES, await findOldestShown(trx, 'contact')),
};
