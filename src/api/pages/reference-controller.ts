import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { breathe } from '../../process/giving-way.ts';
import { SCOPE_LABELS, SCOPES } from '../../tokens/token.ts';
import { render } from '../../web/render.ts';
import type { referencePage } from './reference-page.ts';

/** The description of the interface for people, whoever they are: it tells nothing of this house. */
export function referenceController({ config }: AppContext): Router {
  const router = Router();
  let made: ReturnType<typeof referencePage> | undefined;

  router.get('/api', async (req, res) => {
    made ??= await describe(config.baseUrl);
    await breathe();
    const scopes = SCOPES.map((scope) => ({ scope, label: SCOPE_LABELS[scope] }));
    render(req, res, 'api/reference', { ...made, scopes, perMinute: config.tokenRequests });
  });

  return router;
}

/** Like the interface itself it is loaded when somebody asks for it. */
async function describe(baseUrl: string): Promise<ReturnType<typeof referencePage>> {
  const [{ openApi }, { referencePage }] = await Promise.all([import('../openapi.ts'), import('./reference-page.ts')]);
  await breathe();
  return referencePage(await openApi(baseUrl));
}
