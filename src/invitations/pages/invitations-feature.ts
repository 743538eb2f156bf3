import type { Feature } from '../../web/feature.ts';

export const INVITATIONS: Feature = {
  pages: [{ label: 'Invitations', path: '/invitations', icon: 'mail', needs: [['users', 'read']] }],
  publicForms: /^\/invitations\b/,
  shownAgain: /^POST \/invitations\/(requests|acceptance)\/?$/i,
};
