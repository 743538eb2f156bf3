import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { actionOf } from '../../bulk-operations/actions/bulk-subjects.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { accessOf } from '../../users/pages/user-form-page.ts';
import { flash } from '../../web/flash.ts';
import { invitePeople } from '../actions/people-inviting.ts';
import { mistakesOf } from './people-mistakes.ts';
import { type Prepared, prepared, showPeople } from './people-page.ts';

declare module 'express-session' {
  interface SessionData {
    /** The list that was invited last, by what was shown of it, and where its report is: it may be sent once more. */
    invited?: { seen: string; path: string };
  }
}

/** Does what was shown, once; the page again where somebody took a name meanwhile. */
export async function invite(app: AppContext, req: Request, res: Response, people: Prepared): Promise<void> {
  const { typed, plan, forAll } = people;
  const access = accessOf(app, typed);
  const failed = async (errors: Errors) => {
    // Told by what stands there now: rows may have changed their places with it.
    const now = await prepared(app, req, people);
    const mistakes = mistakesOf(app, req, now);
    const rest = Object.keys(mistakes).length > 0 ? mistakes : { text: Object.values(errors).join(' ') };
    await showPeople(app, req, res, now, {
      errors: rest,
      told: 'It is not as it was shown any more. Nothing was done.',
    });
  };
  await unlessFieldErrors(app, req, failed, async () => {
    const terms = { access, untilOn: forAll.untilOn };
    const id = await app.db.write((trx) => invitePeople(trx, actOf(app, req), plan, terms));
    const path = `/bulk-operations/${id}`;
    req.session.invited = { seen: String(typed.seen), path };
    const operation = await findOperation(app.db.read, id);
    const { bulk } = await actionOf(app.db.read, operation);
    const mailed = access === 'mail' ? ' The mails are on their way.' : '';
    flash(req, `${bulk.done(operation.tally.changed)}${mailed}`, {
      path,
      showLinksOf: access === 'copy' ? id : undefined,
    });
    res.redirect(303, path);
  });
}
