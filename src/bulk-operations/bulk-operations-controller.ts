import { parse } from 'node:querystring';
import { stringify } from 'csv-stringify/sync';
import { type Request, Router } from 'express';
import { dayOf, instant } from '../clock.ts';
import { channelOf } from '../links/channel.ts';
import { findTokens, linkAddress } from '../links/link-store.ts';
import { counted } from '../text.ts';
import { mayAdminister, type Viewer } from '../users/user.ts';
import { judge, type Outcome } from '../users/user-life-cycle.ts';
import { selectForView } from '../users/user-list.ts';
import { type ListQuery, listPath, readListQuery } from '../users/user-list-query.ts';
import { findSubjects, findUserNames, findUsers } from '../users/user-store.ts';
import { actOf } from '../web/act.ts';
import { type AppContext, stateLimits } from '../web/app-context.ts';
import { requireRight } from '../web/authorization.ts';
import { BadRequest, Forbidden, HttpError, NotFound } from '../web/errors.ts';
import { type Flash, flash, takeFlash } from '../web/flash.ts';
import { typedFields } from '../web/form.ts';
import { recordRefusal } from '../web/refusal.ts';
import { render } from '../web/render.ts';
import { safePath } from '../web/safe-path.ts';
import { type BulkOperation, isBulkAction, MOST_AT_ONCE, WORDS } from './bulk-operation.ts';
import { reportPage, sheetPage } from './bulk-operation-page.ts';
import * as store from './bulk-operation-store.ts';

const LISTED = 100;
const NAMES_IN_AUDIT = 50;

export function bulkOperationsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('users', 'read');
  const write = requireRight('users', 'write');

  router.get('/bulk-operations', read, async (req, res) => {
    const operations = await store.findExecuted(app.db.read, LISTED);
    render(req, res, 'bulk-operations/index', { title: 'Bulk operations', operations, words: WORDS });
  });

  router.post('/bulk-operations', write, async (req, res) => {
    const { action, view } = typedFields(req.body, ['action', 'view']);
    if (!isBulkAction(String(action))) throw new BadRequest('There is no such action.');
    const set = await meantBy(req);
    if (set.userIds.length === 0)
      throw new HttpError(422, 'Nothing is ticked. Go back and tick the users you mean.', safePath(view));
    if (set.userIds.length > MOST_AT_ONCE)
      throw new HttpError(
        422,
        `At most ${counted(MOST_AT_ONCE, 'user')} at once; these are ${counted(set.userIds.length, 'user')}. Narrow the view by a filter.`,
        safePath(view),
      );
    const draft = { ...set, action: action as keyof typeof WORDS };
    const id = await app.db.write((trx) => store.createDraft(trx, actOf(app, req), draft));
    res.redirect(303, `/bulk-operations/${id}`);
  });

  router.get('/bulk-operations/:id', read, async (req, res) => {
    const operation = await visible(req);
    if (operation.executedAt !== null) {
      const shownFlash = takeFlash(req);
      const { outcome } = req.query;
      const items = await store.findItems(app.db.read, operation.id);
      const creator = (await findUserNames(app.db.read, [operation.createdBy])).get(operation.createdBy);
      const links = await linksToShow(shownFlash, operation, items, req.viewer!);
      const page = reportPage(operation, items, String(outcome ?? ''), { creator, links, viewer: req.viewer! });
      // What the heading says already is not said twice.
      const said = shownFlash?.message === page.title ? undefined : shownFlash;
      const fragments = { 'dialog-body': 'bulk-operations/_report' };
      return render(req, res, 'bulk-operations/report', { flash: said, ...page }, { fragments });
    }
    const outcomes = await judge(
      app.db.read,
      req.viewer!,
      operation.action,
      await store.findItemIds(app.db.read, operation.id),
      dayOf(app.clock()),
    );
    const changedMeanwhile = await store.findChangedMeanwhile(app.db.read, operation);
    const outside = await countOutside(operation, outcomes);
    const page = { ...sheetPage(operation, outcomes, { changedMeanwhile, outside }), mayMail: app.mail !== undefined };
    render(req, res, 'bulk-operations/sheet', page, { fragments: { 'dialog-body': 'bulk-operations/_sheet' } });
  });

  router.get('/bulk-operations/:id/items.csv', read, async (req, res) => {
    const operation = await visible(req);
    if (operation.executedAt === null) throw new NotFound();
    const rows = (await store.findItems(app.db.read, operation.id)).map((item) => [
      item.userName,
      item.userEmail,
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

  router.post('/bulk-operations/:id/execution', write, async (req, res) => {
    const operation = await visible(req);
    const channel = channelOf(app, req.body);
    const outcomes = await app.db.write((trx) =>
      store.executeOperation(trx, actOf(app, req), operation, app.links, channel),
    );
    if (outcomes) {
      const forbidden = outcomes.filter((outcome) => outcome.refusal?.kind === 'forbidden');
      if (forbidden.length > 0) await recordRefusal(app, req, leftOut(forbidden));
      const changed = outcomes.filter((outcome) => !outcome.refusal).length;
      const isInvitation = operation.action === 'reinvite' && changed > 0;
      const mailed = isInvitation && channel === 'mail' ? ' The mails are on their way.' : '';
      flash(req, `${WORDS[operation.action].done(changed)}${mailed}`, {
        path: `/bulk-operations/${operation.id}`,
        showLinksOf: isInvitation && channel === 'copy' ? operation.id : undefined,
      });
    }
    res.redirect(303, `/bulk-operations/${operation.id}`);
  });

  /** The users whom the form means: those of an earlier operation, all of a view, or those ticked. */
  async function meantBy(req: Request): Promise<Pick<store.Draft, 'userIds' | 'view'>> {
    const typed = typedFields(req.body, ['from', 'scope', 'view', 'shown', 'change'], ['ids']);
    if (typed.from) {
      const earlier = await visible(req, String(typed.from));
      const items = await store.findItems(app.db.read, earlier.id);
      return { userIds: items.filter((item) => item.outcome !== 'left out').map((item) => item.userId) };
    }
    if (typed.scope === 'all') {
      const view = safePath(typed.view);
      const query = queryOf(view);
      // Never a guess: a view that cannot be read must not come to mean everybody.
      if (!view || !query) throw new BadRequest('It is not said which view is meant.');
      const selection = await selectForView(app.db.read, app.index, query, stateLimits(app));
      const shown = { shown: wholeNumber(typed.shown), shownChange: wholeNumber(typed.change) };
      return { userIds: selection.ids(), view: { view, ...shown, frozenChange: selection.change } };
    }
    // One by one, as boxes send them, or many in one field: a form holds only so many fields.
    const given = [typed.ids]
      .flat()
      .flatMap((text) => text.split(','))
      .filter((text) => /^[1-9]\d{0,14}$/.test(text));
    const ids = [...new Set(given.map(Number))].filter((id) => Number.isSafeInteger(id) && id > 0);
    const view = safePath(typed.view) ?? null;
    return {
      userIds: (await findUsers(app.db.read, ids)).map((user) => user.id),
      view: { view, shown: null, shownChange: null, frozenChange: null },
    };
  }

  /** Ticks outlive filters: how many of those ticked the list did not show, on whatever page, when the button was pressed. */
  async function countOutside({ view, shown }: BulkOperation, outcomes: Outcome[]): Promise<number> {
    const query = shown === null ? queryOf(view) : undefined;
    if (!query) return 0;
    const selection = await selectForView(app.db.read, app.index, query, stateLimits(app));
    return outcomes.filter(({ subject }) => !selection.isSelected(subject.id)).length;
  }

  /** A draft is its creator's alone; a report is for all who read users. */
  async function visible(req: Request, id = String(req.params.id)): Promise<BulkOperation> {
    if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
    const operation = await store.findOperation(app.db.read, Number(id));
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
      changed.map((item) => item.userId),
      dayOf(app.clock()),
    );
    const ids = subjects.filter((subject) => mayAdminister(viewer, subject)).map((subject) => subject.id);
    const tokens = await findTokens(app.db.read, 'invitation', ids, app.links, instant(app.clock()));
    return changed.flatMap((item) => {
      const token = tokens.get(item.userId);
      return token
        ? [`${item.userName}\t${item.userEmail}\t${linkAddress(app.config.baseUrl, 'invitation', token)}`]
        : [];
    });
  }

  return router;
}

/** What the list of users shows at this address; undefined for any other address. */
function queryOf(view: string | null | undefined): ListQuery | undefined {
  const query = readListQuery(parse(view?.split('?')[1] ?? ''));
  return listPath(query) === view ? query : undefined;
}

function wholeNumber(text: string | string[]): number {
  return /^\d{1,15}$/.test(String(text)) ? Number(text) : 0;
}

function leftOut(outcomes: Outcome[]): string {
  const names = outcomes.slice(0, NAMES_IN_AUDIT).map(({ subject, refusal }) => `${subject.name} ${refusal?.reason}`);
  return `${counted(outcomes.length, 'user')} left out: ${names.join('; ')}${outcomes.length > NAMES_IN_AUDIT ? '; …' : ''}`;
}
