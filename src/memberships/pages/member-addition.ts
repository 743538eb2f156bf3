import type { Request, Response } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import { NO_RIGHTS } from '../../access/rights.ts';
import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { type Instant, instant, minuteOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { type Picker, SUGGESTED, type Suggestion, soughtIn } from '../../forms/picker.ts';
import type { Group } from '../../groups/group.ts';
import { effectsAndEnding, givenBy } from '../../permissions/effect.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { unknownPeople } from '../../text/people/people-list.ts';
import { shortened } from '../../text/text.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { findUsersCalled } from '../../users/list/user-suggestions.ts';
import type { Subject } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import { NOT_YOURS } from '../../verbs/outcome.ts';
import { mailedWords, renewalOf } from '../../web/channel.ts';
import { pickersOf } from '../../web/picker.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { grantMemberships, judgeGrants, requireEndAhead } from '../actions/membership-editing.ts';
import { checkMembers, MEMBER_SEARCHES, typedMembers } from '../member-form.ts';
import { findMemberships } from '../membership-store.ts';
import { countOutlasting, outlastingInWords } from '../outlasting.ts';
import { keepMemberships } from './kept-memberships.ts';
import { tellOutcomes } from './member-report.ts';

const NAMES_SHOWN = 10;

/** Who is to become a member, and until when. */
interface Addition {
  ids: number[];
  untilAt: Instant | null;
}

interface AdditionForm {
  group: Group;
  typed: Typed;
  errors?: Errors;
  /** How many of the list are nobody yet, and could be invited. */
  invitable?: number;
}

/** Add members was sent: the form again, then what it does to be confirmed, then the members. */
export async function addFromForm(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedMembers(req.body);
  if (typed.step) return showAdditionForm(app, req, res, { group, typed });
  const failed = (errors: Errors) => showAdditionForm(app, req, res, { group, typed, errors });
  const { values, errors } = checkMembers(typed, formatOf(req));
  if (errors) return failed(errors);
  const found = await findUserIdsByIdentifier(app.db.read, values.list);
  const { emails, names } = unknownPeople(String(typed.list), (email) => found.has(email));
  // A name that only stands beside an address is no entry of its own.
  const unknown = values.list.filter((one) => !found.has(one) && !names.has(one));
  const ids = [...new Set([...values.ids, ...found.values()])];
  if (unknown.length > 0 && !values.acceptUnknown) {
    const errors = { list: `Not found: ${shortened(unknown, NAMES_SHOWN)}. Nobody was added yet.` };
    return showAdditionForm(app, req, res, { group, typed, errors, invitable: emails.length });
  }
  if (ids.length === 0) return failed({ list: 'Choose somebody, or paste names and emails.' });
  const meant = { ids, untilAt: values.untilAt };
  await unlessFieldErrors(app, req, failed, () =>
    typed.confirmed ? add(app, req, res, group, meant) : showAddition(app, req, res, group, meant),
  );
}

async function add(
  app: AppContext,
  req: Request,
  res: Response,
  group: Group,
  { ids, untilAt }: Addition,
): Promise<void> {
  const renewal = renewalOf(app, req.body);
  const { outcomes, undo, renewed } = await app.db.write(async (trx) => {
    const act = actOf(app, req);
    const addition = await keepMemberships(trx, act, { groupId: group.id, untilAt, deed: 'add-to-group' }, (own) =>
      grantMemberships(trx, own, { groupId: group.id, userIds: ids }, untilAt),
    );
    const made = renewal ? await renewLinks(trx, act, addition.ended) : [];
    return { outcomes: addition.outcomes, undo: addition.operationId, renewed: made };
  });
  const path = `/groups/${group.id}`;
  const more = renewal === 'copy' ? { path, undo, showRenewed: renewed } : { undo, also: mailedWords(renewed.length) };
  await tellOutcomes(app, req, { group, outcomes, done: 'added to' }, more);
  res.redirect(303, path);
}

/** Add members: those who are chosen, whom a search finds beside them, or a list. */
export async function showAdditionForm(
  app: AppContext,
  req: Request,
  res: Response,
  { group, typed, errors = {}, invitable = 0 }: AdditionForm,
): Promise<void> {
  const picker = await memberPicker(app, req.viewer!, group, typed);
  const { page: parts, fragments } = pickersOf(req, typed, `/groups/${group.id}/members`, [picker]);
  const page = { title: `Add members to ${group.name}`, ...parts, group, typed, errors, invitable };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'groups/add-members', page, { status, fragments });
}

/** Members and those above the viewer are found as well, last, with the reason why they cannot be taken. */
async function memberPicker(app: AppContext, viewer: Viewer, group: Group, typed: Typed): Promise<Picker> {
  const db = app.db.read;
  const now = minuteOf(app.clock());
  const sought = soughtIn(typed, MEMBER_SEARCHES, 'ids');
  const sources = { db, index: app.index, limits: stateLimits(app), viewer };
  const chosen = [typed.ids].flat().map(Number);
  const found = (await findUsersCalled(sources, sought)).filter((user) => !chosen.includes(user.id));
  const subjects = await findSubjects(db, [...new Set([...chosen, ...idsOf(found)])], now);
  const memberships = await findMemberships(db, idsOf(subjects));
  const members = new Set(
    memberships.filter((one) => one.groupId === group.id && !isOver(one, now)).map((one) => one.userId),
  );
  const suggested = (subject: Subject): Suggestion => {
    const { id: value, name, email } = subject;
    if (members.has(value)) return { value, name, note: 'is a member already', isFixed: true };
    const isFixed = !mayAdminister(viewer, subject);
    return { value, name, note: isFixed ? NOT_YOURS : (email ?? undefined), isFixed };
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
  app: AppContext,
  req: Request,
  res: Response,
  group: Group,
  { ids, untilAt }: Addition,
): Promise<void> {
  const actor = { by: req.viewer!, at: instant(app.clock()) };
  requireEndAhead(actor, untilAt);
  const outcomes = await judgeGrants(app.db.read, actor, { groupId: group.id, userIds: ids }, untilAt);
  const coming = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
  const left = outcomes.filter((outcome) => outcome.refusal);
  const comingIds = coming.map((subject) => subject.id);
  const namesOf = (subjects: { name: string }[]) =>
    shortened(
      subjects.map(({ name }) => name),
      NAMES_SHOWN,
    );
  const changes = [{ groupId: group.id, from: NO_RIGHTS, to: givenBy(group) }];
  const effects = await effectsAndEnding(app, changes, comingIds);
  const outlasting = await countOutlasting(app.db.read, coming, { rights: group.rights, untilAt, at: actor.at });
  const page = {
    title: `Add members to ${group.name}`,
    group,
    ids,
    untilAt,
    number: coming.length,
    names: namesOf(coming),
    reasons: shortened(
      left.map(({ subject, refusal }) => `${subject.name} ${refusal!.reason}`),
      NAMES_SHOWN,
    ),
    ...effects,
    effects: [...effects.effects, ...outlastingInWords(outlasting)],
    mayMail: app.mail !== undefined,
  };
  render(req, res, 'groups/addition', page);
}

function idsOf(users: { id: number }[]): number[] {
  return users.map((user) => user.id);
}
