import { instant } from '../../clock.ts';
import { pruneEmailChanges } from '../../one-time-links/email-change-store.ts';
import type { Feature } from '../../web/feature.ts';

export const CREDENTIALS: Feature = {
  publicForms: /^\/emails\b/,
  shownAgain: /^POST \/emails\/confirmation\/?$/i,
  prune: (trx, now) => pruneEmailChanges(trx, instant(now)),
};
