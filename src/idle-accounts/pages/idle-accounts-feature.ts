import { MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { LOOKS_EVERY, lookAfterIdle } from '../actions/idle-run.ts';

export const IDLE_ACCOUNTS: Feature = {
  pages: [{ label: 'Idle accounts', path: '/idle-accounts', icon: 'eye-closed', needs: [['users', 'read']] }],
  jobs: ({ db, clock, actSettings, clockWatch, operations }) => [
    {
      name: 'Look after idle accounts',
      firstAfter: 3 * MINUTE,
      every: LOOKS_EVERY,
      byOne: true,
      run: () =>
        lookAfterIdle({ db, clock, settings: actSettings, wake: () => operations.wake() }, clockWatch.lastJump()),
    },
  ],
};
