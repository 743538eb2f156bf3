import { DAY, instant } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneMails } from '../outbox-store.ts';

export const MAIL: Feature = { prune: (trx, now, { mailDays }) => pruneMails(trx, instant(now - mailDays * DAY)) };
