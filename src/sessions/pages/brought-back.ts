import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import type { User } from '../../users/user.ts';
import { flash } from '../../web/flash.ts';
import { type KeptForm, WITHOUT } from '../../web/kept-form.ts';
import { breakSeal } from '../sealed-request-store.ts';

const AGAIN = 'What you typed and chose before is here again; nothing of it is done yet.';
const GONE = 'Nothing was done, and what you had sent does not wait any more.';
const OF_SOMEBODY_ELSE = 'What was typed here before you signed in is not yours, and is not shown.';

/** Has the page of a form show what its owner left in it. What somebody else left is dropped. */
export async function bringBack(app: AppContext, req: Request, user: User, kept: KeptForm): Promise<void> {
  if (kept.mark !== req.markOf(user.id)) return flash(req, OF_SOMEBODY_ELSE, { isNothing: true });
  const fields = kept.sealed === undefined ? kept.fields : await sealedFields(app, user, kept.sealed);
  req.session.kept = { ...kept, fields: fields ?? {} };
  const isThere = Object.keys(fields ?? {}).length > 0;
  const words = [isThere && AGAIN, !fields && GONE, kept.without && WITHOUT[kept.without]];
  // Said of what is not there any more than on the page where it would be.
  const path = isThere ? kept.path.split('?')[0] : undefined;
  flash(req, words.filter(Boolean).join(' '), { isNothing: true, isLeft: true, path });
}

/** What waited for a confirmation in the session that is over. */
function sealedFields(app: AppContext, user: User, handle: string): Promise<KeptForm['fields'] | undefined> {
  return app.db.write(async (trx) => {
    const sealed = await breakSeal(trx, user.id, handle, instant(app.clock()));
    return sealed as KeptForm['fields'] | undefined;
  });
}
