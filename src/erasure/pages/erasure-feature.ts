import type { AppContext } from '../../app-context.ts';
import { HOUR, instant, MINUTE } from '../../clock.ts';
import { keepErasedList } from '../../installation/backups/erased-list.ts';
import type { Feature } from '../../web/feature.ts';
import { eraseWhoIsDue } from '../actions/retention.ts';
import { finishErasures } from '../erasing.ts';
import { findErasures } from '../erasure-store.ts';

export const ERASURE: Feature = {
  jobs: (app) => [
    {
      name: 'Erase who was deleted long ago',
      firstAfter: 10 * MINUTE,
      every: HOUR,
      byOne: true,
      run: () => erasing(app),
    },
    {
      name: 'Finish what was erased',
      firstAfter: MINUTE,
      every: MINUTE,
      byOne: true,
      run: finishing(app),
    },
  ],
};

/** Not for a day after the clock jumped: what a wrong clock erased nothing brings back. */
async function erasing({ db, actSettings, config, clock, clockWatch }: AppContext): Promise<void> {
  if (clockWatch.look() === undefined) await eraseWhoIsDue(db, actSettings, config, instant(clock()));
}

function finishing({ db, config, actSettings }: AppContext): () => Promise<void> {
  let isListed = false;
  return async () => {
    const isPending = (await findErasures(db.read, 1)).length > 0;
    // First of all: a restore must not bring back anybody of whom it was said that they are gone.
    if (isPending || !isListed) await keepErasedList(db.read, config.dataDir);
    isListed = true;
    if (isPending) await finishErasures(db, actSettings);
  };
}
