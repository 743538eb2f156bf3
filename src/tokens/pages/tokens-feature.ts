import { DAY, HOUR, instant, MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { tellOfEndingTokens } from '../actions/token-warning.ts';
import { endExpiredTokens, forgetAnswers } from '../token-store.ts';
import { pruneWindows } from '../token-windows.ts';

/** So long a program may ask the same once more, and is given the same answer. */
const ANSWERS_KEPT = DAY;

export const TOKENS: Feature = {
  longForms: '/credentials/tokens',
  jobs: (app) => [
    {
      name: 'Tell of tokens that end soon',
      firstAfter: 5 * MINUTE,
      every: HOUR,
      run: () => app.db.write((trx) => tellOfEndingTokens(trx, app.actSettings, app.clock())),
    },
  ],
  prune: async (trx, now) => {
    await endExpiredTokens(trx, instant(now));
    await forgetAnswers(trx, instant(now - ANSWERS_KEPT));
    await pruneWindows(trx, now);
  },
};
