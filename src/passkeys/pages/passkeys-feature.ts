import { instant } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneChallenges } from '../challenge-store.ts';

export const PASSKEYS: Feature = {
  prune: (trx, now) => pruneChallenges(trx, instant(now)),
};
