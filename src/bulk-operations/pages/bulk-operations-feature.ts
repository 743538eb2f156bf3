import { DAY, instant } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneDrafts } from '../bulk-operation-store.ts';

export const BULK_OPERATIONS: Feature = {
  pages: [{ label: 'Past bulk operations', path: '/bulk-operations', icon: 'history', needs: [['users', 'read']] }],
  prune: (trx, now) => pruneDrafts(trx, instant(now - DAY)),
};
