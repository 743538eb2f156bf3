import { MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { mailWhatWaits } from '../actions/weekly-mailing.ts';

export const WEEKLY_MAILS: Feature = {
  jobs: (app) => [
    {
      name: 'Mail each week what waits',
      firstAfter: 4 * MINUTE,
      every: 15 * MINUTE,
      byOne: true,
      run: () => mailWhatWaits(app),
    },
  ],
};
