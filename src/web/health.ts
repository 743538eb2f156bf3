import type { RequestHandler } from 'express';
import { instant } from '../clock.ts';
import type { AppContext } from './app-context.ts';

/** 200 while the database can be read and written, 503 otherwise. */
export function health(app: AppContext): RequestHandler {
  return async (_req, res) => {
    try {
      await app.db.read('users').first('id');
      const heartbeat = { only: 1, at: instant(app.clock()) };
      await app.db.write((trx) => trx('heartbeat').insert(heartbeat).onConflict('only').merge());
      res.json({ status: 'ok', database: 'ok' });
    } catch (error) {
      app.logger.error({ err: error }, 'the database does not answer');
      res.status(503).json({ status: 'failing', database: 'failing' });
    }
  };
}
