import { pruneFeed } from '../../facets/following/feed.ts';
import type { Feature } from '../../web/feature.ts';
import { INVITATION_CHANGES } from '../invitation-index.ts';

export const INVITATIONS: Feature = {
  pages: [{ label: 'Invitations', path: '/invitations', icon: 'mail', needs: [['users', 'read']] }],
  publicForms: /^\/invitations\b/,
  shownAgain: /^POST \/invitations\/(requests|acceptance)\/?$/i,
  prune: (trx) => pruneFeed(trx, INVITATION_CHANGES),
};
