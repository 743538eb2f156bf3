import { type Request, type Response, Router } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import { NO_RIGHTS } from '../../access/rights.ts';
import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { dayOf, instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { type Picker, SUGGESTED, type Suggestion, soughtIn } from '../../forms/picker.ts';
import { requireChangeable } from '../../groups/actions/group-editing.ts';
import type { Group } from '../../groups/group.ts';
import { groupOf } from '../../groups/pages/addressed-group.ts';
import { searchIn } from '../../groups/pages/group-record-page.ts';
import { countEndingLinks, effectsOf, givenBy } from '../../permissions/effect.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { shortened } from '../../text/text.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { findUsersCalled } from '../../users/list/user-suggestions.ts';
import type { Subject } from '../../users/user.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects, findUserIdsByIdentifier } from '../../users/user-store.ts';
import { requireRight } from '../../web/authorization.ts';
import { mailedWords, renewalOf } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import {
  endMemberships,
  grantMemberships,
  judgeGrants,
  type MemberOutcome,
  requireLastDayAhead,
  setUntil,
} from '../actions/membership-editing.ts';
import { checkMembers, MEMBER_SEARCHES, MOST_AT_ONCE, typedMembers } from '../member-form.ts';
import { findMemberIds } from '../member-list.ts';
import { findMemberships } from '../membership-store.ts';
import { tellOutcomes } from './member-report.ts';

const NAMES_SHOWN = 10;

/** Who is in a group: adding, ending and setting ends, many at once. */
export function membersController(app: AppContext): Router {
  const router = Router();
  const write = [requireRight('groups', 'write'), requireRight('users', 'write')];

  router.get('/groups/:id/members/new', write, async (req: Request, res: Response) =>
    showForm(req, res, await changeable(req), typedMembers({})),
  );

  router.post('/groups/:id/members', write, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers(req.body);
    if (typed.step) return showForm(req, res, group, typed);
    const failed = (errors: Errors) => showForm(req, res, group, typed, errors);
    const { values, errors } = checkMembers(typed);
    if (errors) return failed(errors);
    const found = await findUserIdsByIdentifier(app.db.read, values.list);
    const unknown = values.list.filter((one) => !found.has(one));
    const ids = [...new Set([...values.ids, ...found.values()])];
    if (unknown.length > 0 && !values.acceptUnknown)
      return failed({ list: `Not found: ${shortened(unknown, NAMES_SHOWN)}. Nobody was added yet.` });
    if (ids.length === 0) return failed({ list: 'Choose somebody, or paste names and emails.' });
    if (!typed.confirmed)
      return unlessFieldErrors(app, req, failed, () => showAddition(req, res, group, ids, values.untilOn));
    await unlessFieldErrors(app, req, failed, async () => {
      const renewal = renewalOf(app, req.body);
      const { outcomes, renewed } = await app.db.write(async (trx) => {
        const act = actOf(app, req);
        const addition = await grantMemberships(trx, act, group.id, ids, values.untilOn);
        const made = renewal ? await renewLinks(trx, act, addition.ended) : [];
        return { outcomes: addition.outcomes, renewed: made };
      });
      const path = `/groups/${group.id}`;
      const more = renewal === 'copy' ? { path, showRenewed: renewed } : { also: mailedWords(renewed.length) };
      await tellOutcomes(app, req, group, outcomes, 'added to', more);
      res.redirect(303, path);
    });
  });

  router.get('/groups/:id/members/edit', write, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers({ ids: req.query.scope === 'all' ? await idsOfAll(req, group) : req.query.ids });
    if (typed.ids.length > 0 && typed.ids.length <= MOST_AT_ONCE) return showSheet(req, res, group, typed);
    flash(
      req,
      typed.ids.length === 0
        ? 'Nobody is ticked.'
        : 'At most 5,000 members at once, and these are more. Search for a part of them.',
    );
    res.redirect(303, `/groups/${group.id}`);
  });

  router.patch('/groups/:id/members', write, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers(req.body);
    const failed = (errors: Errors) => showSheet(req, res, group, typed, errors);
    const { values, errors } = checkMembers(typed);
    if (errors) return failed(errors);
    await change(req, res, group, failed, 'given this end in', (trx) =>
      setUntil(trx, actOf(app, req), group.id, values.ids, values.untilOn),
    );
  });

  router.delete('/groups/:id/members', write, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers(req.body);
    const failed = (errors: Errors) => showSheet(req, res, group, typed, errors);
    await change(req, res, group, failed, 'removed from', (trx) =>
      endMemberships(trx, actOf(app, req), group.id, [typed.ids].flat().map(Number)),
    );
  });

  /** All members that the search on the record means; one more than can be changed at once where there are more. */
  async function idsOfAll(req: Request, group: Group): Promise<string[]> {
    const search = { q: searchIn(req.query.q), looksAtEmails: true };
    return (await findMemberIds(app.db.read, group.id, search, MOST_AT_ONCE + 1)).map(String);
  }

  /** Does it, and says on the record what it came to. */
  async function change(
    req: Request,
    res: Response,
    group: Group,
    failed: (errors: Errors) => Promise<void>,
    done: string,
    work: (trx: Transaction) => Promise<MemberOutcome[]>,
  ): Promise<void> {
    await unlessFieldErrors(app, req, failed, async () => {
      await tellOutcomes(app, req, group, await app.db.write(work), done);
      res.redirect(303, `/groups/${group.id}`);
    });
  }

  /** Add members: those who are chosen, whom a search finds beside them, or a list. */
  async function showForm(req: Request, res: Response, group: Group, typed: Typed, errors: Errors = {}): Promise<void> {
    const picker = await memberPicker(req.viewer!, group, typed);
    const { page: parts, fragments } = pickersOf(req, typed, `/groups/${group.id}/members`, [picker]);
    const page = { title: `Add members to ${group.name}`, ...parts, group, typed, errors };
    const status = Object.keys(errors).length > 0 ? 422 : 200;
    render(req, res, 'groups/add-members', page, { status, fragments });
  }

  /** Members and those above the viewer are found as well, last, with the reason why they cannot be taken. */
  async function memberPicker(viewer: Viewer, group: Group, typed: Typed): Promise<Picker> {
    const db = app.db.read;
    const today = dayOf(app.clock());
    const sought = soughtIn(typed, MEMBER_SEARCHES, 'ids');
    const sources = { db, index: app.index, limits: stateLimits(app), viewer };
    const chosen = [typed.ids].flat().map(Number);
    const found = (await findUsersCalled(sources, sought)).filter((user) => !chosen.includes(user.id));
    const subjects = await findSubjects(db, [...new Set([...chosen, ...idsOf(found)])], today);
    const memberships = await findMemberships(db, idsOf(subjects));
    const members = new Set(
      memberships.filter((one) => one.groupId === group.id && !isOver(one, today)).map((one) => one.userId),
    );
    const suggested = (subject: Subject): Suggestion => {
      const { id: value, name, email } = subject;
      if (members.has(value)) return { value, name, note: 'is a member already', isFixed: true };
      const isFixed = !mayAdminister(viewer, subject);
      return { value, name, note: isFixed ? 'has rights that you do not hold' : email, isFixed };
    };
    const isChosen = ({ id }: Subject) => chosen.includes(id);
    const others = subjects.filter((subject) => !isChosen(subject)).map(suggested);
    return {
      field: 'ids',
      search: 'idsSearch',
      label: 'Search for users',
      // Whoever is chosen can be dropped, whatever became of them meanwhile.
      chosen: subjects.filter(isChosen).map((subject) => ({ ...suggested(subject), isFixed: false })),
      found: others.toSorted((a, b) => Number(a.isFixed) - Number(b.isFixed)).slice(0, SUGGESTED),
      sought,
      nothing: 'Nobody else is found under',
    };
  }

  /** Who would become a member, and what that gives them. Throws FieldErrors. */
  async function showAddition(
    req: Request,
    res: Response,
    group: Group,
    ids: number[],
    untilOn: string | null,
  ): Promise<void> {
    const actor = { by: req.viewer!, at: instant(app.clock()) };
    requireLastDayAhead(actor, untilOn);
    const { outcomes } = await judgeGrants(app.db.read, actor, group.id, ids);
    const coming = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
    const left = outcomes.filter((outcome) => outcome.refusal);
    const comingIds = coming.map((subject) => subject.id);
    const namesOf = (subjects: { name: string }[]) =>
      shortened(
        subjects.map(({ name }) => name),
        NAMES_SHOWN,
      );
    const changes = [{ groupId: group.id, from: NO_RIGHTS, to: givenBy(group) }];
    const page = {
      title: `Add members to ${group.name}`,
      group,
      ids,
      untilOn,
      number: coming.length,
      names: namesOf(coming),
      reasons: shortened(
        left.map(({ subject, refusal }) => `${subject.name} ${refusal!.reason}`),
        NAMES_SHOWN,
      ),
      effects: await effectsOf(app, changes, comingIds),
      endingLinks: await countEndingLinks(app, changes, comingIds),
      mayMail: app.mail !== undefined,
    };
    render(req, res, 'groups/addition', page);
  }

  /** What can be done to those who are ticked, and what ending their membership would take. */
  async function showSheet(
    req: Request,
    res: Response,
    group: Group,
    typed: Typed,
    errors: Errors = {},
  ): Promise<void> {
    const today = dayOf(app.clock());
    const ids = [...new Set([typed.ids].flat().map(Number))];
    const subjects = await findSubjects(app.db.read, ids, today);
    const page = {
      title: `Change members of ${group.name}`,
      group,
      typed: { ...typed, ids: subjects.map((subject) => String(subject.id)) },
      errors,
      number: subjects.length,
      names: shortened(
        subjects.map((subject) => subject.name),
        NAMES_SHOWN,
      ),
      effects: await effectsOf(app, [{ groupId: group.id, from: givenBy(group), to: NO_RIGHTS }], ids),
    };
    render(req, res, 'groups/change-members', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  async function changeable(req: Request): Promise<Group> {
    const group = await groupOf(app, req);
    requireChangeable({ by: req.viewer! }, group);
    return group;
  }

  return router;
}

function idsOf(users: { id: number }[]): number[] {
  return users.map((user) => user.id);
}
