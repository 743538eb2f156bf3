import { findOldestShown } from '../../bulk-operations/bulk-operation-store.ts';
import { SECOND } from '../../clock.ts';
import { pruneFeed } from '../../facets/following/feed.ts';
import type { Feature } from '../../web/feature.ts';
import { GROUP_CHANGES } from '../names/group-names.ts';
import { recountGroups } from '../recounting.ts';

export const GROUPS: Feature = {
  tab: { application: 'groups', label: 'Groups', href: '/groups', pages: /^\/(groups|applications)\b/ },
  pages: [{ label: 'Groups', path: '/groups', icon: 'organization', needs: [['groups', 'read']] }],
  longForms: '/groups',
  longPages: /^\/groups\/\d+\/members\/new$/,
  jobs: ({ db }) => [
    {
      name: 'Count the groups of people',
      firstAfter: 5 * SECOND,
      every: 5 * SECOND,
      byOne: true,
      run: () => recountGroups(db),
    },
  ],
  // The sheet of a draft says which changed since its list was shown.
  prune: async (trx) => pruneFeed(trx, GROUP_CHANGES, await findOldestShown(trx, 'group')),
};
