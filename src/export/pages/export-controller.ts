import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { TooManyRequests } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { EXPORT_KINDS } from './export-kinds.ts';
import { showExport } from './export-page.ts';
import { sendExport } from './export-sending.ts';

/** Each holds up everybody else a little. */
const MOST_AT_ONCE = 4;
const TRY_AGAIN_AFTER = 30;

/** Every list as a file: what it shows, for who may read it. */
export function exportController(app: AppContext): Router {
  const router = Router();
  let running = 0;
  const oneOfFew = async (work: () => Promise<void>) => {
    if (running >= MOST_AT_ONCE)
      throw new TooManyRequests(TRY_AGAIN_AFTER, `${MOST_AT_ONCE} exports are running already. Wait for one to end.`);
    running++;
    try {
      await work();
    } finally {
      running--;
    }
  };
  for (const kind of Object.values(EXPORT_KINDS)) {
    const read = requireRight(kind.application, 'read');
    router.get(`/${kind.name}/export`, read, (req: Request, res: Response) => showExport(app, req, res, kind));
    router.post(`/${kind.name}/export`, read, confirmed(app), (req: Request, res: Response) =>
      sendExport(app, req, res, { kind, oneOfFew }),
    );
  }
  return router;
}
