import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { fewAtOnce } from '../../web/traffic/few-at-once.ts';
import { EXPORT_KINDS } from './export-kinds.ts';
import { isTicking, showExport } from './export-page.ts';
import { sendExport } from './export-sending.ts';

/** Every list as a file: what it shows, for who may read it. */
export function exportController(app: AppContext): Router {
  const router = Router();
  const oneOfFew = fewAtOnce('exports');
  for (const kind of Object.values(EXPORT_KINDS)) {
    const read = requireRight(kind.application, 'read');
    router.get(`/${kind.name}/export`, read, (req: Request, res: Response) => showExport(app, req, res, kind));
    const ofFiles = confirmed(app, (req) => !isTicking(req));
    router.post(`/${kind.name}/export`, read, ofFiles, (req: Request, res: Response) =>
      sendExport(app, req, res, { kind, oneOfFew }),
    );
  }
  return router;
}
