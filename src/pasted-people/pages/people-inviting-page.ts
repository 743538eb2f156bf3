import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  keepOutcomes,
} from '../../bulk-operations/bulk-operation-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { counted, were } from '../../text/text.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { accessOf } from '../../users/pages/user-form-page.ts';
import type { Act, Channel } from '../../verbs/act.ts';
import { allowed } from '../../verbs/outcome.ts';
import { flash } from '../../web/flash.ts';
import { type Invited, invitePeople } from '../actions/people-inviting.ts';
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
  const failed = async (errors: Errors) => showPeople(app, req, res, await prepared(app, req, people), { errors });
  await unlessFieldErrors(app, req, failed, async () => {
    const { invited, operationId } = await app.db.write(async (trx) => {
      const act = actOf(app, req);
      const invited = await invitePeople(trx, act, plan, { access, untilOn: forAll.untilOn });
      if (access !== 'later') await renewLinks(trx, { ...act, channel: access }, invited.linksEnded);
      return { invited, operationId: await keepReport(trx, act, access, invited) };
    });
    const path = operationId === undefined ? '/users?sort=-created' : `/bulk-operations/${operationId}`;
    req.session.invited = { seen: String(typed.seen), path };
    flash(req, doneInWords(invited, access), {
      path: operationId === undefined ? undefined : path,
      showLinksOf: access === 'copy' ? operationId : undefined,
    });
    res.redirect(303, path);
  });
}

/** The invitations as a bulk operation, which keeps who was invited and shows the links once. */
async function keepReport(
  trx: Transaction,
  act: Act,
  access: Channel | 'later',
  { ids }: Invited,
): Promise<number | undefined> {
  if (ids.length === 0 || access === 'later') return undefined;
  const id = await createDraft(trx, act, { subjectType: 'user', action: INVITATION.name, ids });
  await claimOperation(trx, id, act.at);
  const items = ids.map((one) => ({ id: one, outcome: 'changed' as const, reason: '', before: {} }));
  await keepOutcomes(trx, await findOperation(trx, id), items);
  return id;
}

function doneInWords({ ids, known }: Invited, access: Channel | 'later'): string {
  const changed = allowed(known).length;
  const left = known
    .filter(({ refusal }) => refusal)
    .map(({ subject, refusal }) => `${subject.name} ${refusal!.reason}`);
  const words = [
    ids.length > 0 && `${were(ids.length, 'user')} ${access === 'later' ? 'created' : 'invited'}.`,
    ids.length > 0 && access === 'mail' && 'The mails are on their way.',
    changed > 0 &&
      `${counted(changed, 'user')} who ${changed === 1 ? 'was' : 'were'} known ${changed === 1 ? 'was' : 'were'} changed.`,
    left.length > 0 && `Left out: ${left.join('; ')}.`,
  ];
  return words.filter(Boolean).join(' ');
}
