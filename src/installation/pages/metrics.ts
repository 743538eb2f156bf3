import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { AppContext } from '../../app-context.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { whenAsked } from '../../web/when-asked.ts';
import { RequestTimes } from '../request-times.ts';

/** Counts requests, and tells Prometheus of them and of what whoever runs this has to watch. No name of anybody is in it. */
export function metrics(app: AppContext): Record<'count' | 'show' | 'tell', RequestHandler> {
  const times = new RequestTimes();
  const { metricsToken } = app.config;
  const tell = whenAsked(async () => {
    const gauges = (await import('./gauges.ts')).gaugesOf(app);
    return async (_req, res) => {
      res.type(gauges.contentType).send(times.text() + (await gauges.metrics()));
    };
  });

  return {
    count(req, res, next) {
      const began = performance.now();
      // Who listens for hours waits for nothing.
      const isStream = () => String(res.get('content-type')).startsWith('text/event-stream');
      res.on('finish', () => {
        if (!isStream())
          times.count({ method: req.method, status: res.statusCode }, (performance.now() - began) / 1_000);
      });
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
