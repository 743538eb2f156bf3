import type { Feature } from '../../web/feature.ts';
import { pruneRequests } from '../access-request-store.ts';

export const ASKING: Feature = {
  longForms: '/access-requests',
  prune: (trx, now) => pruneRequests(trx, now),
};
