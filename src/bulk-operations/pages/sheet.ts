import type { Request, Response } from 'express';
import { covers, grantsInWords, type Rights } from '../../access/rights.ts';
import { maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { effectsOf } from '../../permissions/effect.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { grouped, shortened } from '../../text/text.ts';
import { findSubjects, findUserNames } from '../../users/user-store.ts';
import type { BulkAction, Giving, Judge, Subjected } from '../../verbs/action.ts';
import { allowed } from '../../verbs/outcome.ts';
import { render } from '../../web/render.ts';
import { actionOf } from '../actions/bulk-subjects.ts';
import { judgeOperation } from '../actions/execution.ts';
import { findChangedMeanwhile } from '../bulk-item-store.ts';
import { type BulkOperation, isLarge, type Tally, UNDO } from '../bulk-operation.ts';
import { findItemIds, findOperation, findPieces } from '../bulk-operation-store.ts';
import { NOTHING_YET, tallied } from '../tally.ts';
import { isBeingJudged, sheetPage } from './bulk-operation-page.ts';
import { countOutside } from './meant-set.ts';
import { showProgress } from './progress.ts';

const NAMES_SHOWN = 10;
const GROUPS_NAMED = 20;

/** What executing it would do now; of a large set what was found when it was gone through. */
export async function showSheet(app: AppContext, req: Request, res: Response, operation: BulkOperation): Promise<void> {
  if (isBeingJudged(operation)) {
    app.operations.wake();
    return showProgress(app, req, res, operation);
  }
  const db = app.db.read;
  const mayMail = app.mail !== undefined;
  const ids = isLarge(operation) ? await findFirst(db, operation.id) : await findItemIds(db, operation.id);
  const action = await actionOf(db, operation, ids);
  const act = { ...actOf(app, req), channel: mayMail ? ('mail' as const) : ('copy' as const) };
  const outcomes = await judgeOperation(db, act, operation, ids);
  const changing = allowed(outcomes);
  const tally = isLarge(operation) ? knownOf(operation) : tallied(NOTHING_YET, outcomes, Number.POSITIVE_INFINITY);
  const makesLinks = action.makes !== undefined;
  const sheet = sheetPage(operation, action, tally, {
    takesBack: operation.undoes === null ? undefined : await takenBack(app, operation.undoes),
    changedMeanwhile: await findChangedMeanwhile(db, operation),
    outside: isLarge(operation) ? 0 : await countOutside(app, req, operation, ids),
    effects: (await effectsOn(app, act, action, changing)).map((sentence) =>
      isLarge(operation) ? `Of the first ${grouped(ids.length)}: ${sentence}` : sentence,
    ),
    offersDeactivation: !isLarge(operation) && changing.some((subject) => action.instead?.isFor(subject) ?? false),
  });
  // Without mail there is no way for their links, so they are left out by now.
  const mailOnly =
    makesLinks && !isLarge(operation) ? shortened(await findMailOnly(app, req.viewer!, changing), NAMES_SHOWN) : '';
  const page = { ...sheet, makesLinks, mayMail, mailOnly, goesByMailAlone: makesLinks && isLarge(operation) };
  render(req, res, 'bulk-operations/sheet', page, {
    fragments: { 'dialog-body': 'bulk-operations/_sheet', progress: 'bulk-operations/_sheet' },
  });
}

/** What it means for people is told of so many where they are too many to look at while one waits. */
export async function findFirst(db: Reader, id: number): Promise<number[]> {
  return (await findPieces(db, id, { limit: 2 })).flatMap((piece) => piece.ids);
}

/** What was found of a large one. Contacts may have become others' since, and are not named. */
export function knownOf({ tally, subjectType }: BulkOperation): Tally {
  if (subjectType !== 'contact') return tally;
  return { ...tally, names: [], reasons: tally.reasons.map((one) => ({ ...one, names: [] })) };
}

/** What an operation that is taken back had done. */
async function takenBack({ db }: AppContext, id: number) {
  const earlier = await findOperation(db.read, id);
  const { createdBy, executedAt, tally } = earlier;
  const creator = (await findUserNames(db.read, [createdBy])).get(createdBy ?? 0) ?? 'command line';
  return { id, done: (await actionOf(db.read, earlier)).bulk.done(tally.changed), executedAt, createdBy, creator };
}

/** The names of those whose links this viewer may not see. */
async function findMailOnly({ db, clock }: AppContext, viewer: Viewer, changing: Subjected[]): Promise<string[]> {
  const ids = changing.map((subject) => subject.id);
  const subjects = await findSubjects(db.read, ids, dayOf(clock()));
  return subjects.filter((subject) => !maySeeLinkOf(viewer, subject)).map((subject) => subject.name);
}

/** What comes back otherwise than the action is called, and what it means for people that groups come and go, or they to them. */
export async function effectsOn(
  app: AppContext,
  by: Judge,
  action: BulkAction,
  changing: Subjected[],
): Promise<string[]> {
  const said = changing.length > 0 ? [...((await action.notes?.(changing, app.db.read, by)) ?? [])] : [];
  const givings = changing.length > 0 ? ((await action.givings?.(app.db.read, by, changing)) ?? []) : [];
  const whole = givings.filter(({ userIds }) => userIds === undefined);
  if (whole.length > 0) said.push(...(await effectsOf(app, whole)));
  const names = action.name === UNDO ? await findGroupNames(app.db.read, givings) : new Map<number, string>();
  for (const giving of whole) said.push(...grantedAgain(giving, names.get(giving.groupId)));
  for (const giving of givings) {
    if (giving.userIds === undefined) continue;
    const name = names.get(giving.groupId);
    const sentences = await effectsOf(app, [giving], giving.userIds);
    said.push(...sentences.map((sentence) => (name ? `${name}: ${sentence}` : sentence)));
  }
  return said;
}

async function findGroupNames(db: Reader, givings: Giving[]): Promise<Map<number, string>> {
  const ids = [...new Set(givings.map(({ groupId }) => groupId))].slice(0, GROUPS_NAMED);
  return new Map((await findGroupsOf(db, ids)).map(({ id, name }) => [id, name]));
}

/** What a group that comes back grants, and what is withdrawn from one, by right. */
function grantedAgain({ from, to }: Giving, name: string | undefined): string[] {
  if (name === undefined) return [];
  const beyond = (rights: Rights, others: Rights) =>
    Object.fromEntries(Object.entries(rights).filter(([key, level]) => !covers(others, { [key]: level })));
  const [more, less] = [grantsInWords(beyond(to, from)), grantsInWords(beyond(from, to))];
  return [more && `${name} grants ${more} again.`, less && `${name} does not grant ${less} any more.`].filter(Boolean);
}
