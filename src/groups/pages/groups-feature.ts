import { pruneFeed } from '../../facets/feed.ts';
import type { Feature } from '../../web/feature.ts';
import { GROUP_CHANGES } from '../names/group-names.ts';

export const GROUPS: Feature = {
  tab: { application: 'groups', label: 'Groups', href: '/groups', pages: /^\/(groups|applications)\b/ },
  pages: [{ label: 'Groups', path: '/groups', icon: 'organization', needs: [['groups', 'read']] }],
  longForms: '/groups',
  prune: (trx) => pruneFeed(trx, GROUP_CHANGES),
};
