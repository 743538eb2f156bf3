import { type Request, type Response, Router } from 'express';
import { covers, grantsInWords } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { dayOf, instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { encodeCursor, readPageQuery } from '../../lists/list-query.ts';
import { pagerLinks } from '../../lists/pager.ts';
import { listMembers } from '../../memberships/member-list.ts';
import { tellOutcomes } from '../../memberships/pages/member-report.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { shortened } from '../../text/text.ts';
import { STATE_LABELS } from '../../users/pages/user-list-page.ts';
import { badgesOf, stateLimits } from '../../users/user-state.ts';
import { findSubjects, findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import { requireSignIn } from '../../web/authorization.ts';
import { channelNamed } from '../../web/channel.ts';
import { flash, takeFlash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import {
  addByEmail,
  findMembersOf,
  findOwn,
  inviteIntoGroup,
  reachOf,
  reinviteMembers,
  removeMembers,
  resetAttempts,
  setEnd,
  unusableName,
} from '../actions/leading.ts';
import { checkAdditions, checkEnd, checkInvitation, tickedIn, typedLeading } from '../leading-form.ts';
import { findLedGroup, findLedGroups, whyNotToLead } from '../led-group.ts';

const NAMES_SHOWN = 10;
const MEMBERS_PER_PAGE = 50;

/**
 * The groups that somebody leads, and their people: all that a leader sees and does. It asks for no right, and everything
 * here begins with the question whether the viewer leads this group.
 */
export function leadingController(app: AppContext): Router {
  const router = Router();

  router.get('/led-groups', requireSignIn, async (req, res) => {
    const groups = await findLedGroups(app.db.read, req.viewer!.id, today());
    if (groups.length === 0) throw new Forbidden('There is nothing at this address.', true);
    await app.index.refresh();
    const { groups: sizes } = app.index.sizes();
    const rows = groups.map((group) => ({
      ...group,
      users: sizes[group.id] ?? 0,
      permissions: grantsInWords(group.rights),
    }));
    render(req, res, 'leading/index', { title: 'Groups you lead', groups: rows });
  });

  router.get('/led-groups/:id', requireSignIn, async (req, res) => {
    const group = await ledGroup(req);
    const query = readPageQuery(req.query, ['name'], { sort: 'name', descending: false });
    const list = await listMembers(app.db.read, group.id, { ...query, per: MEMBERS_PER_PAGE }, today());
    const path = `/led-groups/${group.id}`;
    if (list.members.length === 0 && list.total > 0) return res.redirect(303, path);
    const said = takeFlash(req);
    const users = new Map(
      (
        await findUsers(
          app.db.read,
          list.members.map((member) => member.userId),
        )
      ).map((user) => [user.id, user]),
    );
    const limits = stateLimits(app);
    render(req, res, 'leading/show', {
      title: group.name,
      flash: said,
      group,
      links: said?.showInvitationsOf ? await linksTo(req, group, said.showInvitationsOf) : [],
      reason: whyNotToLead(group),
      permissions: grantsInWords(group.rights),
      members: list.members.map((member) => ({
        ...member,
        badges: badgesOf(users.get(member.userId)!, limits).map((state) => ({ state, label: STATE_LABELS[state] })),
      })),
      total: list.total,
      pagerLinks: pagerLinks(
        list.previous && `${path}?before=${encodeCursor(list.previous)}`,
        list.next && `${path}?after=${encodeCursor(list.next)}`,
      ),
    });
  });

  router.get('/led-groups/:id/members/new', requireSignIn, async (req: Request, res: Response) =>
    showForm(req, res, 'leading/add-members', await changeable(req), typedLeading({})),
  );

  router.get('/led-groups/:id/invitations/new', requireSignIn, async (req: Request, res: Response) =>
    showForm(req, res, 'leading/invitation', await changeable(req), typedLeading({})),
  );

  router.post('/led-groups/:id/invitations', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedLeading(req.body);
    const failed = (errors: Errors) => showForm(req, res, 'leading/invitation', group, typed, errors);
    const { values, errors } = checkInvitation(typed);
    if (errors) return failed({ ...(await unusableName(app.db.read, String(typed.name))), ...errors });
    const channel = channelNamed(app, typed.channel);
    await unlessFieldErrors(app, req, failed, async () => {
      const work = (trx: Transaction) => inviteIntoGroup(trx, actAsLeader(req, group.id), group.id, values);
      const id = await app.db.write(work);
      const path = `/led-groups/${group.id}`;
      if (id === undefined) flash(req, `${values.email} was added, or is already known here.`, { path });
      else if (channel === 'mail') flash(req, `${values.name} is invited. The mail is on its way.`, { path });
      else flash(req, `${values.name} is invited.`, { path, showInvitationsOf: [id] });
      res.redirect(303, path);
    });
  });

  router.post('/led-groups/:id/members', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedLeading(req.body);
    const failed = (errors: Errors) => showForm(req, res, 'leading/add-members', group, typed, errors);
    const { values, errors } = checkAdditions(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      await app.db.write((trx) => addByEmail(trx, actAsLeader(req, group.id), group.id, values.emails, values.untilOn));
      const whoever = values.emails.length === 1 ? 'this email' : 'one of these emails';
      flash(req, `Whoever has ${whoever} was added, or was in the group already.`);
      res.redirect(303, `/led-groups/${group.id}`);
    });
  });

  router.get('/led-groups/:id/members/edit', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedLeading({ ids: req.query.ids });
    if (tickedIn(typed).length > 0) return showSheet(req, res, group, typed);
    flash(req, 'Nobody is ticked.');
    res.redirect(303, `/led-groups/${group.id}`);
  });

  router.patch('/led-groups/:id/members', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedLeading(req.body);
    const failed = (errors: Errors) => showSheet(req, res, group, typed, errors);
    const { values, errors } = checkEnd(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const work = (trx: Transaction) =>
        setEnd(trx, actAsLeader(req, group.id), group.id, tickedIn(typed), values.untilOn);
      await tellOutcomes(app, req, group, await app.db.write(work), 'given this end in');
      res.redirect(303, `/led-groups/${group.id}`);
    });
  });

  router.delete('/led-groups/:id/members', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const ids = tickedIn(typedLeading(req.body));
    const outcomes = await app.db.write((trx) => removeMembers(trx, actAsLeader(req, group.id), group.id, ids));
    await tellOutcomes(app, req, group, outcomes, 'removed from');
    res.redirect(303, `/led-groups/${group.id}`);
  });

  router.post('/led-groups/:id/members/invitations', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedLeading(req.body);
    const channel = channelNamed(app, typed.channel);
    const outcomes = await app.db.write((trx) =>
      reinviteMembers(trx, actAsLeader(req, group.id), group.id, tickedIn(typed)),
    );
    const invited = outcomes.filter((outcome) => !outcome.refusal);
    const [mailed, shown] = [invited.filter((one) => one.isMailedOnly), invited.filter((one) => !one.isMailedOnly)];
    const path = `/led-groups/${group.id}`;
    const showInvitationsOf = channel === 'copy' ? shown.map((outcome) => outcome.subject.id) : [];
    const also = mailed.length > 0 ? `By mail, to the system email: ${namesOf(mailed)}.` : undefined;
    await tellOutcomes(app, req, group, outcomes, 'invited anew into', { path, showInvitationsOf, also });
    res.redirect(303, `/led-groups/${group.id}`);
  });

  router.delete('/led-groups/:id/members/login-attempts', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const ids = tickedIn(typedLeading(req.body));
    const outcomes = await app.db.write((trx) => resetAttempts(trx, actAsLeader(req, group.id), group.id, ids));
    await tellOutcomes(app, req, group, outcomes, 'given new attempts to sign in, in');
    res.redirect(303, `/led-groups/${group.id}`);
  });

  /** The act of somebody who leads the group, and still does when anything is written down: rights are none of theirs to lose (R89). */
  function actAsLeader(req: Request, groupId: number): Act {
    const act = actOf(app, req);
    const confirm = async (trx: Transaction) => {
      await act.confirm?.(trx);
      await findLedGroup(trx, act.by.id, groupId, dayOf(act.at));
    };
    return { ...act, confirm };
  }

  /**
   * The new invitations as lines to copy, judged anew: meanwhile somebody may have got rights that are none of the leader's, or a link that
   * somebody else made.
   */
  async function linksTo(req: Request, group: Group, ids: number[]): Promise<string[]> {
    const reach = await reachOf(app.db.read, req.viewer!.id, today());
    const covered = (await findSubjects(app.db.read, ids, today())).filter((subject) => covers(reach, subject.rights));
    const own = await findOwn(app.db.read, { by: req.viewer!, at: instant(app.clock()) }, covered);
    return whyNotToLead(group) ? [] : linesToCopy(app, 'invitation', [...own.values()]);
  }

  function showForm(req: Request, res: Response, form: string, group: Group, typed: Typed, errors: Errors = {}): void {
    const title = `${form === 'leading/invitation' ? 'Invite into' : 'Add members to'} ${group.name}`;
    const permissions = grantsInWords(group.rights);
    const page = { title, group, typed, errors, permissions, mayMail: app.mail !== undefined };
    render(req, res, form, page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  /** What a leader can do to those who are ticked. */
  async function showSheet(
    req: Request,
    res: Response,
    group: Group,
    typed: Typed,
    errors: Errors = {},
  ): Promise<void> {
    const members = await findMembersOf(app.db.read, group.id, tickedIn(typed), today());
    const act = { by: req.viewer!, at: instant(app.clock()) };
    const own = await findOwn(app.db.read, act, members);
    const others = members.filter((member) => !member.hasPassword && !own.has(member.id));
    const page = {
      title: `Change members of ${group.name}`,
      group,
      typed: { ...typed, ids: members.map((member) => String(member.id)) },
      errors,
      number: members.length,
      names: namesOf(members.map((subject) => ({ subject }))),
      others: namesOf(others.map((subject) => ({ subject }))),
      permissions: grantsInWords(group.rights),
      mayMail: app.mail !== undefined,
    };
    render(req, res, 'leading/change-members', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  /** The group that the address names, where the viewer leads it. */
  async function ledGroup(req: Request): Promise<Group> {
    const id = String(req.params.id);
    if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
    return findLedGroup(app.db.read, req.viewer!.id, Number(id), today());
  }

  async function changeable(req: Request): Promise<Group> {
    const group = await ledGroup(req);
    const reason = whyNotToLead(group);
    if (reason) throw new Forbidden(reason);
    return group;
  }

  function namesOf(outcomes: { subject: { name: string } }[]): string {
    return shortened(
      outcomes.map(({ subject }) => subject.name),
      NAMES_SHOWN,
    );
  }

  const today = () => dayOf(app.clock());

  return router;
}
