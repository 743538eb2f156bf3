import { type Request, Router } from 'express';
import { may, mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { dayOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { findKnownGroups } from '../../groups/group-suggestions.ts';
import type { EndedLink } from '../../one-time-links/outgrown-links.ts';
import { savingEffects } from '../../permissions/group-effects.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findTags } from '../../tags/tag-store.ts';
import type { Channel } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/authorization.ts';
import { renewalOf } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { readHabits, rememberPageSize } from '../../web/list-habits.ts';
import { render } from '../../web/render.ts';
import { INVITATION } from '../actions/invitation.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { renewLinks } from '../actions/renewed-links.ts';
import { performOnUsers } from '../actions/user-actions.ts';
import { createFromForm, saveForm } from '../actions/user-form-saving.ts';
import { listUsers } from '../list/user-list.ts';
import { listPath, readListQuery } from '../list/user-list-query.ts';
import type { Subject } from '../user.ts';
import { checkUser, typedUser, type UserValues } from '../user-form.ts';
import { stateLimits } from '../user-state.ts';
import { subjectOf } from './addressed-user.ts';
import { offeredActions } from './offered-actions.ts';
import { showPermissions } from './permissions-page.ts';
import { prefilledUser, withOffer } from './prefilled-user.ts';
import {
  accessOf,
  proposedEmail,
  showConflict,
  showFieldCheck,
  showMistakes,
  showUserForm,
  typedNow,
} from './user-form-page.ts';
import { listPage } from './user-list-page.ts';
import { showRecord, showTimeline } from './user-record-page.ts';

export function usersController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('users', 'read');
  const write = requireRight('users', 'write');

  router.get('/users', read, async (req, res) => {
    const { per, folded } = readHabits(req);
    const query = readListQuery(req.query, per);
    const list = await listUsers(app.db.read, app.index, query, stateLimits(app), req.viewer!);
    if (list.users.length === 0 && (query.after || query.before) && list.counts.total > 0)
      return res.redirect(303, listPath(query));
    rememberPageSize(res, '/users', query, app.config.secure);
    const [groups, tags] = await Promise.all([findKnownGroups(app, req.viewer!), findTags(app.db.read, 'user')]);
    const mayWrite = may(req.viewer!, 'users', 'write');
    const page = listPage({ query, list, groups, tags, folded, mayWrite });
    render(req, res, 'users/index', page, { fragments: { 'users-list': 'lists/_list' } });
  });

  router.get('/users/new', write, async (req, res) => {
    const kept = takeKept(req);
    const typed = kept ? typedUser(kept) : await prefilledUser(app, req);
    await showUserForm(app, req, res, { typed, isRestored: kept !== undefined });
  });

  router.post('/users', write, async (req, res) => {
    const typed = typedUser(req.body);
    const access = accessOf(app, typed);
    if (typed.step === 'check') return showFieldCheck(app, req, res, typed);
    if (typed.step) return showUserForm(app, req, res, { typed: await proposed(req, typed) });
    const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors });
    const { values, errors } = checkUser(typed);
    const email = errors?.newContactEmail ? undefined : await proposal(req, typed);
    if (email) {
      typed.email = email;
      return failed({ ...errors, email: `${email} is proposed from the contact. Check it and send the form again.` });
    }
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const id = await app.db.write(async (trx) => {
        const act = actOf(app, req);
        const created = await createFromForm(trx, act, values);
        if (access !== 'later') await performOnUsers(trx, { ...act, channel: access }, INVITATION, [created]);
        return created;
      });
      const isInvited = access !== 'later' && !values.apiOnly;
      const onItsWay = isInvited && access === 'mail' ? ` An invitation goes to ${values.email}.` : '';
      flash(req, `${values.name} was created.${onItsWay}`, {
        path: `/users/${id}`,
        showLink: isInvited && access === 'copy' ? { purpose: 'invitation', userId: id } : undefined,
      });
      res.redirect(303, `/users/${id}`);
    });
  });

  router.get('/users/:id', read, async (req, res) => showRecord(app, req, res, await subjectOf(app, req)));

  router.get('/users/:id/actions', read, async (req, res) => {
    const user = await subjectOf(app, req);
    const viewer = req.viewer!;
    const page = {
      title: `Actions for ${user.name}`,
      user,
      mayEdit: mayAdminister(viewer, user),
      actions: offeredActions(viewer, user),
    };
    render(req, res, 'users/actions', page, { fragments: { 'row-menu': 'users/_actions' } });
  });

  router.get('/users/:id/permissions', read, async (req, res) =>
    showPermissions(app, req, res, await subjectOf(app, req)),
  );

  router.get('/users/:id/timeline', read, async (req, res) => showTimeline(app, req, res, await subjectOf(app, req)));

  router.get('/users/:id/edit', write, async (req, res) => {
    const user = await editable(req);
    const kept = takeKept(req);
    const typed = kept ? typedUser(kept) : await withOffer(app, req, user, await typedNow(app.db.read, user));
    await showUserForm(app, req, res, { typed, user, isRestored: kept !== undefined });
  });

  router.patch('/users/:id', write, async (req, res) => {
    const user = await editable(req);
    const typed = typedUser(req.body);
    if (typed.step === 'check') return showFieldCheck(app, req, res, typed, user);
    if (typed.step && typed.step !== 'save')
      return showUserForm(app, req, res, { typed: await proposed(req, typed), user });
    // A request that does not show the groups says nothing about them: it never means "remove all" (R62).
    if (!typed.groupsShown) typed.groups = (await typedNow(app.db.read, user)).groups;
    const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors, user });
    const { values, errors } = checkUser(typed, user);
    if (errors) return failed(errors);
    const seen = JSON.stringify([values.groups, values.email, values.apiOnly]);
    if (typed.step === 'save' && typed.seen !== seen) {
      const { effects, endsLinks } = await savingEffects(app, req.viewer!, user, values);
      if (effects.length > 0)
        return showUserForm(app, req, res, { typed: { ...typed, seen }, user, effects, endsLinks });
    }
    const renewal = renewalOf(app, req.body);
    const conflict = () => showConflict(app, req, res, { typed, user });
    const save = async () => {
      const { linksEnded, renewed } = await app.db.write(async (trx) => {
        const act = actOf(app, req);
        const linksEnded = await saveForm(trx, act, { id: user.id, version: Number(typed.version) }, values);
        return { linksEnded, renewed: renewal ? await renewLinks(trx, act, linksEnded) : [] };
      });
      tellSaved(req, user, values, { linksEnded, renewed, renewal });
      res.redirect(303, `/users/${user.id}`);
    };
    await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, save));
  });

  /** With the new link, where one was asked for in the place of one that ended; else it is offered. */
  function tellSaved(
    req: Request,
    user: Subject,
    { apiOnly, email }: Pick<UserValues, 'apiOnly' | 'email'>,
    links: { linksEnded: EndedLink[]; renewed: EndedLink[]; renewal?: Channel },
  ): void {
    const { linksEnded, renewed, renewal } = links;
    const path = `/users/${user.id}`;
    if (renewed.length > 0 && renewal === 'mail') flash(req, `Saved. A new link goes to ${email}.`, { path });
    else if (renewed.length > 0) flash(req, 'Saved. Here is the new link.', { path, showLink: renewed[0] });
    else
      flash(req, linksEnded.length > 0 ? 'Saved. Open links of this user ended with this change.' : 'Saved.', {
        offerInvitation: linksEnded.length > 0 && !user.hasPassword && !apiOnly ? user.id : undefined,
      });
  }

  async function editable(req: Request): Promise<Subject> {
    const user = await subjectOf(app, req);
    if (!mayAdminister(req.viewer!, user)) throw new Forbidden(`${user.name} has rights that you do not hold.`);
    return user;
  }

  async function proposed(req: Request, typed: Typed): Promise<Typed> {
    return { ...typed, email: (await proposal(req, typed)) ?? typed.email };
  }

  async function proposal(req: Request, typed: Typed): Promise<string | undefined> {
    const viewer = await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock()));
    return proposedEmail(app.db.read, viewer, typed);
  }

  return router;
}
