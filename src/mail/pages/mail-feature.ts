import { instant } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneNotices } from '../outbox-store.ts';

export const MAIL: Feature = { prune: (trx, now) => pruneNotices(trx, instant(now)) };
