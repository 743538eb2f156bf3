import { HOUR, instant, MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { headLog } from '../head-log.ts';
import { tellRefusals } from '../refusal-store.ts';

export const AUDIT: Feature = {
  tab: { application: 'audit', label: 'Audit', href: '/audit', pages: /^\/audit\b/ },
  pages: [{ label: 'Audit', path: '/audit', icon: 'log', needs: [['audit', 'read']] }],
  jobs: ({ db, clock, actSettings, logger }) => [
    { name: 'Log the head of the audit', firstAfter: MINUTE, every: HOUR, run: headLog({ db, clock, logger }) },
    {
      name: 'Tell of repeated refusals',
      firstAfter: MINUTE,
      every: MINUTE,
      byOne: true,
      run: () => db.write((trx) => tellRefusals(trx, actSettings, instant(clock()))),
    },
  ],
};
