import type { Feature } from '../../web/feature.ts';

export const GROUPS: Feature = {
  tab: { application: 'groups', label: 'Groups', href: '/groups', pages: /^\/(groups|applications)\b/ },
  pages: [{ label: 'Groups', path: '/groups', icon: 'organization', needs: [['groups', 'read']] }],
  longForms: '/groups',
};
