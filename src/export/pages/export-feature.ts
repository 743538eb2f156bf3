import { MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { tellCutOff } from '../running-export-store.ts';

export const EXPORT: Feature = {
  jobs: ({ db, clock, actSettings }) => [
    {
      name: 'Tell of exports that were cut off',
      firstAfter: MINUTE,
      every: MINUTE,
      byOne: true,
      run: () => db.write((trx) => tellCutOff(trx, actSettings, clock())),
    },
  ],
};
