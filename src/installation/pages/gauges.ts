import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { findStuckMail } from '../../mail/stuck-mails.ts';
import { findTroubled } from '../../webhooks/webhook-store.ts';
import { findBackups } from '../backups/backups.ts';
import { freeBytes } from '../data/disk-room.ts';

/** What whoever runs this has to watch, and what the process takes, which is watched from then on. */
export function gaugesOf({ config, db, troubles }: AppContext): Registry {
  const { dataDir } = config;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, measure: () => number | Promise<number>) =>
    new Gauge({
      name: `roster_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await measure());
      },
    });
  gauge('database_bytes', 'Size of the database with its log.', () => db.bytes());
  gauge('disk_free_bytes', 'What is left where the data lies.', () => freeBytes(dataDir));
  gauge('last_backup_timestamp_seconds', 'When the newest backup in DATA_DIR was made; 0 without one.', () =>
    Math.floor(Date.parse(findBackups(dataDir)[0]?.madeAt ?? instant(0)) / 1_000),
  );
  gauge('mails_stuck', 'Mails that were tried in vain and wait.', async () => (await findStuckMail(db.read)).mails);
  gauge(
    'webhooks_failing',
    'Webhooks to which nothing arrives, or that were disabled for it.',
    async () => (await findTroubled(db.read)).length,
  );
  gauge('troubles', 'How many things need mending, as pages tell administrators.', () => troubles.found.length);
  return registry;
}
