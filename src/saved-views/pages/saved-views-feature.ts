import type { Feature } from '../../web/feature.ts';

export const SAVED_VIEWS: Feature = {
  longForms: '/saved-views',
  pages: [{ label: 'Saved views', path: '/saved-views', icon: 'filter', needs: [['users', 'read']] }],
};
