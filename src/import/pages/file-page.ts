import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import type { ImportKindName } from '../columns.ts';
import type { Import } from '../import.ts';
import { findImportsOf } from '../import-store.ts';

/** More of one's own are seldom kept, and none is missed. */
const MOST_SHOWN = 20;

/** Where a file is chosen; and the files that one gave before, for whoever closed their page. */
export async function showFilePage(
  app: AppContext,
  req: Request,
  res: Response,
  { kind, error }: { kind: ImportKindName; error?: string },
): Promise<void> {
  const { importMegabytes, importLines } = app.config;
  const { number } = formatOf(req);
  const before = await findImportsOf(app.db.read, { userId: req.viewer!.id, kind }, MOST_SHOWN);
  const page = {
    title: `Import ${kind}`,
    kind,
    megabytes: importMegabytes,
    lines: importLines,
    before: before.map((one) => ({ ...one, became: stateInWords(one, number) })),
    errors: error === undefined ? {} : { file: error },
  };
  render(req, res, 'import/new', page, { status: error === undefined ? 200 : 422 });
}

function stateInWords({ state, counts, problem }: Import, number: (one: number) => string): string {
  if (state === 'read') return problem === '' ? 'not looked through yet' : 'the dry run was not finished';
  if (state === 'planning') return 'being looked through';
  const { new: made, changed, refused } = counts;
  const words = `${number(made)} new, ${number(changed)} changed, ${number(refused)} refused`;
  return state === 'applied' ? `imported: ${words}` : `not imported yet: ${words}`;
}
