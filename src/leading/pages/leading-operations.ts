import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { actionOf } from '../../bulk-operations/actions/bulk-subjects.ts';
import { hasFacts } from '../../bulk-operations/bulk-item-store.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { findBegunBy, findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { findTakersBack } from '../../bulk-operations/taken-back-store.ts';
import { minuteOf } from '../../clock.ts';
import { demandsFactor, type Group } from '../../groups/group.ts';
import type { Format } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash, keepAtHand, letGoOf } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { planTakingBack, takeBackLeading } from '../actions/taking-back.ts';
import { findLedGroup, whyNotToLead } from '../led-group.ts';
import { actAsLeader } from './addressed-led-group.ts';

/** So many of what the leader did last stand on the page of the group, of so many that are looked through. */
const SHOWN = 5;
const LOOKED_AT = 100;

const pathTo = (operation: number) => `/led-operations/${operation}`;

/** Has every page offer for a while to take back what was done just now, where it was kept. */
export function offerUndo(req: Request, operation: number | undefined, said = req.session.flash?.message): void {
  if (operation !== undefined && said !== undefined)
    keepAtHand(req, { operation, said, path: `${pathTo(operation)}/undo` });
}

/** What the leader did to members of this group last. */
export async function recentDeeds(app: AppContext, req: Request, group: Group) {
  const begun = await findBegunBy(app.db.read, req.viewer!.id, LOOKED_AT);
  const own = begun.filter(({ choices }) => choices.group === group.id).slice(0, SHOWN);
  const deeds = [];
  for (const one of own)
    deeds.push({ path: pathTo(one.id), at: one.executedAt, said: await doneInWords(app, one, formatOf(req)) });
  return deeds;
}

async function doneInWords({ db }: AppContext, operation: BulkOperation, words: Format): Promise<string> {
  return (await actionOf(db.read, operation, [], words)).bulk.done(operation.tally.changed);
}

/**
 * What the viewer themself did in a group that they still lead. Of others' there is nothing here: a leader is told no more of
 * operations than they saw when they pressed (R86).
 */
async function ownDeed(app: AppContext, req: Request): Promise<{ operation: BulkOperation; group: Group }> {
  const operation = await findOperation(app.db.read, addressedId(req));
  const { createdBy, subjectType, choices } = operation;
  if (createdBy !== req.viewer!.id || subjectType !== 'user' || phaseOf(operation) !== 'done')
    throw new Forbidden('There is no such operation.', true);
  const group = await findLedGroup(app.db.read, req.viewer!.id, Number(choices.group), minuteOf(app.clock()));
  return { operation, group };
}

/** The same, where the group can be led at all. */
async function changeableDeed(app: AppContext, req: Request): ReturnType<typeof ownDeed> {
  const deed = await ownDeed(app, req);
  const reason = whyNotToLead(deed.group);
  if (reason) throw new Forbidden(reason);
  if (!(await hasFacts(app.db.read, deed.operation.id))) throw new NotFound();
  return deed;
}

/** Whether taking it back takes somebody out of a group that demands a second factor, or says when they go. */
export async function letsOffByUndo(app: AppContext, req: Request): Promise<boolean> {
  const { operation, group } = await changeableDeed(app, req);
  if (!demandsFactor(group)) return false;
  const now = minuteOf(app.clock());
  const { leaving, ending } = await planTakingBack(app.db.read, { id: operation.id, groupId: group.id, now });
  return leaving.length > 0 || [...ending.keys()].some((untilAt) => untilAt !== null);
}

/** The operation that took it back already, if any did. */
async function takerOf({ db }: AppContext, { id }: BulkOperation): Promise<BulkOperation | undefined> {
  return (await findTakersBack(db.read, [id])).get(id)?.at(0);
}

/** Whom it was done to, by the names that they had then. */
export async function showLedReport(app: AppContext, req: Request, res: Response): Promise<void> {
  const { operation, group } = await ownDeed(app, req);
  const { tally, executedAt, undoes } = operation;
  const taker = await takerOf(app, operation);
  const page = {
    title: await doneInWords(app, operation, formatOf(req)),
    group,
    executedAt,
    undoes: undoes === null ? undefined : pathTo(undoes),
    names: tally.names,
    leftOut: tally.reasons,
    isTakenBack: taker !== undefined,
    takenBackPath: taker?.createdBy === req.viewer!.id ? pathTo(taker.id) : undefined,
    undoPath:
      taker === undefined && (await hasFacts(app.db.read, operation.id)) ? `${pathTo(operation.id)}/undo` : undefined,
  };
  render(req, res, 'leading/report', page);
}

/** What taking it back would do now. */
export async function showLedUndo(app: AppContext, req: Request, res: Response): Promise<void> {
  const { operation, group } = await changeableDeed(app, req);
  if ((await takerOf(app, operation)) !== undefined) {
    letGoOf(req, operation.id);
    return res.redirect(303, pathTo(operation.id));
  }
  const now = minuteOf(app.clock());
  const plan = await planTakingBack(app.db.read, { id: operation.id, groupId: group.id, now });
  const numberIn = (days: Map<unknown, number[]>) => [...days.values()].flat().length;
  const people = (number: number) => counted(number, 'member');
  const sentences = [
    plan.leaving.length > 0 && `${people(plan.leaving.length)} will be taken out of the group.`,
    plan.made.length > 0 && 'Invitations that nobody used yet are withdrawn; what was mailed cannot be unsent.',
    numberIn(plan.coming) > 0 &&
      `${people(numberIn(plan.coming))} will come back, with the end that their membership had.`,
    numberIn(plan.ending) > 0 && `${people(numberIn(plan.ending))} will get back the end that they had.`,
    plan.changed.length > 0 && `Of ${people(plan.changed.length)} it was changed since, and stays as it is.`,
  ].filter(Boolean);
  const path = pathTo(operation.id);
  const hasAny = plan.leaving.length + numberIn(plan.coming) + numberIn(plan.ending) > 0;
  const page = {
    title: 'Undo',
    group,
    path,
    done: await doneInWords(app, operation, formatOf(req)),
    sentences,
    hasAny,
  };
  render(req, res, 'leading/undo', page);
}

export async function takeBack(app: AppContext, req: Request, res: Response): Promise<void> {
  const { operation, group } = await changeableDeed(app, req);
  const done = await app.db.write((trx) => takeBackLeading(trx, actAsLeader(app, req, group.id), group.id, operation));
  if (done === undefined) {
    flash(req, 'All of it was changed since, so nothing was put back.', { isNothing: true });
    return res.redirect(303, pathTo(operation.id));
  }
  // The report says it in its heading.
  offerUndo(req, done, await doneInWords(app, await findOperation(app.db.read, done), formatOf(req)));
  res.redirect(303, pathTo(done));
}
