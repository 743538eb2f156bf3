import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { actionOf } from '../../bulk-operations/actions/bulk-subjects.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { type Instant, instant } from '../../clock.ts';
import { type Errors, FieldErrors, typedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { invitationAt } from '../../users/actions/invitation-times.ts';
import { accessOf } from '../../users/pages/form/user-form-page.ts';
import { flash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { invitePeople, type Terms } from '../actions/people-inviting.ts';
import { fingerprintOf, newIn } from '../actions/people-plan.ts';
import type { TypedPeople } from '../people-form.ts';
import { mistakesOf } from './people-mistakes.ts';
import { type Prepared, prepared, showPeople } from './people-page.ts';

/** Does what the sheet showed, once; the sheet or the table again where it would be something else by now. */
export async function invite(
  app: AppContext,
  req: Request,
  res: Response,
  draft: TypedPeople & { id: number },
): Promise<void> {
  const { id } = draft;
  const people = await prepared(app, req, draft);
  const mistakes = mistakesOf(app, req, people);
  if (Object.keys(mistakes).length > 0) return showPeople(app, req, res, people, { errors: mistakes, told: OTHERWISE });
  if (typedFields(req.body, ['seen']).seen !== fingerprintOf(people.plan)) {
    const path = `/users/new/list/${id}/sheet`;
    flash(req, OTHERWISE, { path });
    return res.redirect(303, path);
  }
  const failed = (errors: Errors) =>
    // Some fields are those of the verb, which has no table before it.
    showPeople(app, req, res, people, { errors, told: OTHERWISE });
  await unlessFieldErrors(app, req, failed, async () => {
    const access = accessOf(app, people.typed);
    const now = instant(app.clock());
    const inviteAt = (startsAt: Instant | null) => invitationAt(startsAt, now, formatOf(req));
    if (access === 'copy') requireStarted(people, inviteAt);
    const terms = { access, untilAt: people.forAll.untilAt, inviteAt };
    const isDone = await app.db.write((trx) => invitePeople(trx, actOf(app, req), { id, plan: people.plan }, terms));
    const path = `/bulk-operations/${id}`;
    if (isDone) await tell(app, req, id, access);
    res.redirect(303, path);
  });
}

/** Throws FieldErrors, for all of them or for the rows that say it themselves. */
function requireStarted({ plan, forAll }: Prepared, inviteAt: Terms['inviteAt']): void {
  if (inviteAt(forAll.startsAt)) throw new FieldErrors({ startsAt: NO_LINK_YET });
  const later = newIn(plan).filter(({ newUser }) => inviteAt(newUser.startsAt ?? null));
  if (later.length > 0) throw new FieldErrors(Object.fromEntries(later.map(({ n }) => [`startsAt-${n}`, NO_LINK_YET])));
}

const NO_LINK_YET = 'No link works before the start: send invitations by mail, or choose later.';

const OTHERWISE = 'It is not as it was shown any more. Nothing was done.';

async function tell(app: AppContext, req: Request, id: number, access: string): Promise<void> {
  const operation = await findOperation(app.db.read, id);
  const { bulk } = await actionOf(app.db.read, operation, [], formatOf(req));
  const mailed = access === 'mail' ? ' The mails are on their way.' : '';
  flash(req, `${bulk.done(operation.tally.changed)}${mailed}`, {
    path: `/bulk-operations/${id}`,
    showLinksOf: access === 'copy' ? id : undefined,
  });
}
