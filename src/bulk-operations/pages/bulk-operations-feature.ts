import { DAY, instant, SECOND } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneDrafts } from '../bulk-operation-store.ts';

export const BULK_OPERATIONS: Feature = {
  pages: [{ label: 'Past bulk operations', path: '/bulk-operations', icon: 'history', needs: [['users', 'read']] }],
  // What another process began, as the command line does, is seen within so long.
  jobs: ({ operations }) => [
    {
      name: 'Go on with large operations',
      firstAfter: 5 * SECOND,
      every: 5 * SECOND,
      run: async () => operations.wake(),
    },
  ],
  prune: (trx, now) => pruneDrafts(trx, instant(now - DAY)),
};
