import { parse } from 'node:querystring';
import { stringify } from 'csv-stringify/sync';
import { type Request, Router } from 'express';
import { activatedTo } from '../../access/activity.ts';
import type { Level } from '../../access/rights.ts';
import { may, maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import { dayOf } from '../../clock.ts';
import { whereIdIn } from '../../db/ids.ts';
import { typedFields } from '../../forms/form.ts';
import { type GroupAction, outcomeOf } from '../../groups/actions/group-life-cycle.ts';
import type { Group } from '../../groups/group.ts';
import { selectGroups } from '../../groups/group-list.ts';
import { groupsPath, readGroupQuery } from '../../groups/group-list-query.ts';
import { channelOf } from '../../one-time-links/pages/channel.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { effectsOf, givenBy } from '../../permissions/effect.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { counted, shortened } from '../../text/text.ts';
import { MAIL_ONLY } from '../../users/actions/user-life-cycle.ts';
import { selectForView } from '../../users/list/user-list.ts';
import { listPath, readListQuery } from '../../users/list/user-list-query.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects, findUserNames } from '../../users/user-store.ts';
import { forbidden } from '../../verbs/outcome.ts';
import { Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { demandRight, requireSignIn } from '../../web/authorization.ts';
import { type Flash, flash, takeFlash } from '../../web/flash.ts';
import { HttpError } from '../../web/http-error.ts';
import { formatOf } from '../../web/reader-format.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import {
  BULK_ACTIONS,
  type BulkAction,
  type BulkOperation,
  isBulkAction,
  isSubjectType,
  MOST_AT_ONCE,
  type SubjectType,
  wordsOf,
} from '../bulk-operation.ts';
import * as store from '../bulk-operation-store.ts';
import { BULK_SUBJECTS, type BulkOutcome } from '../bulk-subject.ts';
import { reportPage, sheetPage } from './bulk-operation-page.ts';

const LISTED = 100;
const NAMES_IN_AUDIT = 50;
const NAMES_SHOWN = 10;
const SUBJECT_TYPES = Object.keys(BULK_ACTIONS) as SubjectType[];

export function bulkOperationsController(app: AppContext): Router {
  const router = Router();

  router.get('/bulk-operations', requireSignIn, async (req, res) => {
    const types = SUBJECT_TYPES.filter((type) => may(req.viewer!, BULK_SUBJECTS[type].application, 'read'));
    if (types.length === 0) throw new Forbidden('There is nothing at this address.', true);
    const operations = await store.findExecuted(app.db.read, types, LISTED);
    render(req, res, 'bulk-operations/index', { title: 'Bulk operations', operations, wordsOf });
  });

  router.post('/bulk-operations', requireSignIn, async (req, res) => {
    const { action, subject, view } = typedFields(req.body, ['action', 'subject', 'view']);
    const subjectType = subject === '' ? 'user' : String(subject);
    if (!isSubjectType(subjectType) || !isBulkAction(subjectType, String(action)))
      throw new Malformed('There is no such action.');
    const { noun, application } = BULK_SUBJECTS[subjectType];
    demandRight(req.viewer!, application, 'write');
    const set = await meantBy(req, subjectType);
    if (set.ids.length === 0)
      throw new HttpError(422, `Nothing is ticked. Go back and tick the ${noun}s you mean.`, safePath(view));
    if (set.ids.length > MOST_AT_ONCE)
      throw new HttpError(
        422,
        `At most ${counted(MOST_AT_ONCE, noun)} at once; these are ${counted(set.ids.length, noun)}. Narrow the view by a filter.`,
        safePath(view),
      );
    const draft = { ...set, subjectType, action: action as BulkAction };
    const id = await app.db.write((trx) => store.createDraft(trx, actOf(app, req), draft));
    res.redirect(303, `/bulk-operations/${id}`);
  });

  router.get('/bulk-operations/:id', requireSignIn, async (req, res) => {
    const operation = await visible(req);
    if (operation.executedAt !== null) {
      const shownFlash = takeFlash(req);
      const { outcome } = req.query;
      const items = await store.findItems(app.db.read, operation);
      const creator = (await findUserNames(app.db.read, [operation.createdBy])).get(operation.createdBy);
      const links = await linksToShow(shownFlash, operation, items, req.viewer!);
      const page = reportPage(operation, items, String(outcome ?? ''), {
        creator,
        links,
        viewer: req.viewer!,
        format: formatOf(req),
      });
      // What the heading says already is not said twice.
      const said = shownFlash?.message === page.title ? undefined : shownFlash;
      const fragments = { 'dialog-body': 'bulk-operations/_report' };
      return render(req, res, 'bulk-operations/report', { flash: said, ...page }, { fragments });
    }
    const ids = await store.findItemIds(app.db.read, operation.id);
    const { judge } = BULK_SUBJECTS[operation.subjectType];
    const judged = await judge(app.db.read, req.viewer!, operation.action, ids, dayOf(app.clock()));
    const mailOnly = operation.action === 'reinvite' ? await findMailOnly(judged, req.viewer!) : [];
    // Without mail there is no way for their links.
    const outcomes = judged.map((outcome) =>
      app.mail || !mailOnly.includes(outcome) ? outcome : { ...outcome, refusal: forbidden(MAIL_ONLY) },
    );
    const changedMeanwhile = await store.findChangedMeanwhile(app.db.read, operation);
    const sheet = sheetPage(operation, outcomes, {
      changedMeanwhile,
      outside: await countOutside(req, operation, ids),
      effects: await effects(operation, outcomes),
    });
    const mailed = shortened(
      mailOnly.map(({ subject }) => subject.name),
      NAMES_SHOWN,
    );
    const page = { ...sheet, mayMail: app.mail !== undefined, mailOnly: app.mail ? mailed : '' };
    render(req, res, 'bulk-operations/sheet', page, { fragments: { 'dialog-body': 'bulk-operations/_sheet' } });
  });

  router.get('/bulk-operations/:id/items.csv', requireSignIn, async (req, res) => {
    const operation = await visible(req);
    if (operation.executedAt === null) throw new NotFound();
    const rows = (await store.findItems(app.db.read, operation)).map((item) => [
      item.name,
      item.email,
      item.outcome,
      item.reason,
      item.before.activity,
    ]);
    res.attachment(`bulk-operation-${operation.id}.csv`).type('text/csv; charset=utf-8');
    // What could be taken for a formula is escaped (R72).
    res.send(
      stringify(rows, {
        header: true,
        columns: ['Name', 'System email', 'Outcome', 'Reason', 'Activity before'],
        escape_formulas: true,
        bom: true,
      }),
    );
  });

  router.post('/bulk-operations/:id/execution', requireSignIn, async (req, res) => {
    const operation = await visible(req, 'write');
    const channel = channelOf(app, req.body);
    const outcomes = await app.db.write((trx) =>
      store.executeOperation(trx, actOf(app, req), operation, app.links, channel),
    );
    if (outcomes) {
      const forbidden = outcomes.filter((outcome) => outcome.refusal?.kind === 'forbidden');
      if (forbidden.length > 0) await recordRefusal(app, req, leftOut(operation, forbidden));
      const changed = outcomes.filter((outcome) => !outcome.refusal).length;
      const isInvitation = operation.action === 'reinvite' && changed > 0;
      const mailed = isInvitation && channel === 'mail' ? ' The mails are on their way.' : '';
      flash(req, `${wordsOf(operation).done(changed)}${mailed}`, {
        path: `/bulk-operations/${operation.id}`,
        showLinksOf: isInvitation && channel === 'copy' ? operation.id : undefined,
      });
    }
    res.redirect(303, `/bulk-operations/${operation.id}`);
  });

  /** What the form means: those of an earlier operation, all of a view, or those ticked. */
  async function meantBy(req: Request, subjectType: SubjectType): Promise<Pick<store.Draft, 'ids' | 'view'>> {
    const typed = typedFields(req.body, ['from', 'scope', 'view', 'shown', 'change'], ['ids']);
    if (typed.from) {
      const earlier = await visible(req, 'read', String(typed.from));
      if (earlier.subjectType !== subjectType) throw new Malformed('That operation was on something else.');
      const items = await store.findItems(app.db.read, earlier);
      return { ids: items.filter((item) => item.outcome !== 'left out').map((item) => item.id) };
    }
    if (typed.scope === 'all') {
      const view = safePath(typed.view);
      const selection = view && (await selectedBy(req, view, subjectType));
      // Never a guess: a view that cannot be read must not come to mean everybody.
      if (!selection) throw new Malformed('It is not said which view is meant.');
      const shown = { shown: wholeNumber(typed.shown), shownChange: wholeNumber(typed.change) };
      return { ids: selection.ids, view: { view, ...shown, frozenChange: selection.change } };
    }
    // One by one, as boxes send them, or many in one field: a form holds only so many fields.
    const given = [typed.ids]
      .flat()
      .flatMap((text) => text.split(','))
      .filter((text) => /^[1-9]\d{0,14}$/.test(text));
    const ids = [...new Set(given.map(Number))].filter((id) => Number.isSafeInteger(id) && id > 0);
    const known = whereIdIn(app.db.read(BULK_SUBJECTS[subjectType].table), 'id', ids).orderBy('id');
    const view = safePath(typed.view) ?? null;
    return { ids: await known.pluck('id'), view: { view, shown: null, shownChange: null, frozenChange: null } };
  }

  /** Ticks outlive filters: how many of those ticked the list did not show, on whatever page, when the button was pressed. */
  async function countOutside(
    req: Request,
    { subjectType, view, shown }: BulkOperation,
    ids: number[],
  ): Promise<number> {
    const selection = view !== null && shown === null ? await selectedBy(req, view, subjectType) : undefined;
    if (!selection) return 0;
    const selected = new Set(selection.ids);
    return ids.filter((id) => !selected.has(id)).length;
  }

  /** All that a view shows; undefined for an address that is not exactly that of a view. */
  async function selectedBy(req: Request, view: string, subjectType: SubjectType) {
    const source = parse(view.split('?')[1] ?? '');
    if (subjectType === 'group') {
      const query = readGroupQuery(source);
      if (groupsPath(query) !== view) return undefined;
      const groups = await selectGroups(app, query);
      return { ids: groups.map((group) => group.id), change: null };
    }
    const query = readListQuery(source);
    if (listPath(query) !== view) return undefined;
    const selection = await selectForView(app.db.read, app.index, query, stateLimits(app), req.viewer!);
    return { ids: selection.ids(), change: selection.change };
  }

  /** Of those who would be invited, those whose links this viewer may not see. */
  async function findMailOnly(outcomes: BulkOutcome[], viewer: Viewer): Promise<BulkOutcome[]> {
    const inviting = outcomes.filter((outcome) => !outcome.refusal);
    const subjects = await findSubjects(
      app.db.read,
      inviting.map(({ subject }) => subject.id),
      dayOf(app.clock()),
    );
    return inviting.filter((_, n) => !maySeeLinkOf(viewer, subjects[n]));
  }

  /** What it means for people that groups come and go, and what comes back otherwise than the action is called. */
  async function effects(operation: BulkOperation, outcomes: BulkOutcome[]): Promise<string[]> {
    const changing = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
    const asBefore = operation.action === 'activate' ? changing.filter((one) => activatedTo(one) !== 'active') : [];
    const { noun } = BULK_SUBJECTS[operation.subjectType];
    const said =
      asBefore.length > 0
        ? [
            `${counted(asBefore.length, noun)} of them ${asBefore.length === 1 ? 'was' : 'were'} deactivated before the deletion, and will be again.`,
          ]
        : [];
    if (operation.subjectType !== 'group') return said;
    const changes = (changing as Group[]).map((group) => ({
      groupId: group.id,
      from: givenBy(group),
      to: givenBy({ ...group, activity: outcomeOf(operation.action as GroupAction, group) }),
    }));
    return [...said, ...(await effectsOf(app, changes))];
  }

  /** A draft is its creator's alone; a report is for all who may read what it was done to. */
  async function visible(req: Request, level: Level = 'read', id = String(req.params.id)): Promise<BulkOperation> {
    if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
    const operation = await store.findOperation(app.db.read, Number(id));
    demandRight(req.viewer!, BULK_SUBJECTS[operation.subjectType].application, level);
    if (operation.executedAt === null && operation.createdBy !== req.viewer!.id)
      throw new Forbidden('There is no such operation.', true);
    return operation;
  }

  /** Right after the execution, to whoever executed it, the new invitations as lines to copy: name and link. */
  async function linksToShow(
    shown: Flash | undefined,
    operation: BulkOperation,
    items: store.BulkItem[],
    viewer: Viewer,
  ): Promise<string[]> {
    if (shown?.showLinksOf !== operation.id) return [];
    const changed = items.filter((item) => item.outcome === 'changed');
    // Judged now: meanwhile somebody may have got rights, and a link with them, that are none of the viewer's.
    const subjects = await findSubjects(
      app.db.read,
      changed.map((item) => item.id),
      dayOf(app.clock()),
    );
    return linesToCopy(
      app,
      'invitation',
      subjects.filter((subject) => maySeeLinkOf(viewer, subject)),
    );
  }

  return router;
}

function wholeNumber(text: string | string[]): number {
  return /^\d{1,15}$/.test(String(text)) ? Number(text) : 0;
}

function leftOut(operation: BulkOperation, outcomes: BulkOutcome[]): string {
  const names = outcomes.slice(0, NAMES_IN_AUDIT).map(({ subject, refusal }) => `${subject.name} ${refusal?.reason}`);
  return `${counted(outcomes.length, BULK_SUBJECTS[operation.subjectType].noun)} left out: ${names.join('; ')}${outcomes.length > NAMES_IN_AUDIT ? '; …' : ''}`;
}
