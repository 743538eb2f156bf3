import type { RequestHandler } from 'express';
import { instant } from '../clock.ts';
import type { AppContext } from './app-context.ts';

/** 200 while the database can be read and written, 503 otherwise. */
export function health(app: AppContext): RequestHandler {
  return async (_req, res) => {
    try {
      await app.db.read('users').first('id');
      // A write that changes nothing still has to get the lock and reach the disk.
      await app.db.write((trx) => trx('sessions').where('expires_at', '<', instant(0)).delete());
      res.json({ status: 'ok', database: 'ok' });
    } catch (error) {
      app.logger.error({ err: error }, 'the database does not answer');
      res.status(503).json({ status: 'failing', database: 'failing' });
    }
  };
}
