import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { findStuckMail } from '../../mail/stuck-mails.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { findTroubled } from '../../webhooks/webhook-store.ts';
import { findBackups } from '../backups.ts';
import { freeBytes } from '../disk-room.ts';

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10];

/** Counts requests, and tells Prometheus of them and of what whoever runs this has to watch. No name of anybody is in it. */
export function metrics(app: AppContext): Record<'count' | 'show' | 'tell', RequestHandler> {
  const registry = new Registry();
  const requests = new Histogram({
    name: 'roster_request_seconds',
    help: 'How long requests took, by method and status.',
    labelNames: ['method', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  const { metricsToken, dataDir } = app.config;
  let isCollecting = false;
  /** Not before somebody is to read them: it watches the process all the time. */
  const collect = () => {
    if (!isCollecting) collectDefaultMetrics({ register: registry });
    isCollecting = true;
  };
  if (metricsToken) collect();
  const gauge = (name: string, help: string, measure: () => number | Promise<number>) =>
    new Gauge({
      name: `roster_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await measure());
      },
    });
  gauge('database_bytes', 'Size of the database with its log.', () => app.db.bytes());
  gauge('disk_free_bytes', 'What is left where the data lies.', () => freeBytes(dataDir));
  gauge('last_backup_timestamp_seconds', 'When the newest backup in DATA_DIR was made; 0 without one.', () =>
    Math.floor(Date.parse(findBackups(dataDir)[0]?.madeAt ?? instant(0)) / 1_000),
  );
  gauge('mails_stuck', 'Mails that were tried in vain and wait.', async () => (await findStuckMail(app.db.read)).mails);
  gauge(
    'webhooks_failing',
    'Webhooks to which nothing arrives, or that were disabled for it.',
    async () => (await findTroubled(app.db.read)).length,
  );
  gauge('troubles', 'How many things need mending, as pages tell administrators.', () => app.troubles.found.length);

  const tell: RequestHandler = async (_req, res) => {
    collect();
    res.type(registry.contentType).send(await registry.metrics());
  };

  return {
    count(req, res, next) {
      const end = requests.startTimer({ method: req.method });
      // Who listens for hours waits for nothing.
      const isStream = () => String(res.get('content-type')).startsWith('text/event-stream');
      res.on('finish', () => isStream() || end({ status: res.statusCode }));
      next();
    },
    show(req, res, next) {
      if (!metricsToken || !isToken(req.get('authorization'), metricsToken)) throw new NotFound();
      return tell(req, res, next);
    },
    tell,
  };
}

/** As Prometheus sends it: `Authorization: Bearer …`. */
function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
