import { DAY, instant, MINUTE, SECOND } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { doWhatIsDue } from '../actions/due-operations.ts';
import { pruneDrafts } from '../bulk-operation-store.ts';
import { forgetReports } from '../forgetting-reports.ts';

export const BULK_OPERATIONS: Feature = {
  pages: [{ label: 'Past bulk operations', path: '/bulk-operations', icon: 'history', needs: [['users', 'read']] }],
  longPages: /^\/bulk-operations\/\d+\/(?:choices|schedule\/new)$/,
  // What another process began, as the command line does, is seen within so long.
  jobs: ({ operations, db, config, clock, actSettings, logger }) => [
    {
      name: 'Go on with large operations',
      firstAfter: 5 * SECOND,
      every: 5 * SECOND,
      run: async () => operations.look(),
    },
    {
      name: 'Do what is due',
      firstAfter: 10 * SECOND,
      every: 30 * SECOND,
      byOne: true,
      run: () => doWhatIsDue({ db, clock, settings: actSettings, logger, wake: () => operations.wake() }),
    },
    {
      name: 'Forget old reports',
      firstAfter: 15 * MINUTE,
      every: DAY,
      byOne: true,
      run: () => forgetReports(db, instant(clock() - config.reportDays * DAY)),
    },
  ],
  prune: (trx, now) => pruneDrafts(trx, instant(now - DAY)),
};
