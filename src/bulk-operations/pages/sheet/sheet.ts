import type { Request, Response } from 'express';
import { maySeeLinkOf, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { findLeavers } from '../../../leaving/actions/left-in-short.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import type { Format } from '../../../text/format.ts';
import { shortened } from '../../../text/text.ts';
import { findSubjects, findUserNames } from '../../../users/user-store.ts';
import type { Act } from '../../../verbs/act.ts';
import type { BulkAction, Judge, Subjected } from '../../../verbs/action.ts';
import { withoutNames } from '../../../verbs/notes.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf } from '../../actions/bulk-subjects.ts';
import { changingOf, countEffects } from '../../actions/effects.ts';
import { judgePiece } from '../../actions/execution.ts';
import { rehearsed } from '../../actions/rehearsal.ts';
import { isSchedulable } from '../../actions/scheduling.ts';
import { offeredBy } from '../../asking-action.ts';
import { type BulkOperation, isLarge, type Tally } from '../../bulk-operation.ts';
import { findItemIds } from '../../bulk-piece-store.ts';
import { findChangedMeanwhile } from '../../changed-meanwhile.ts';
import { type EffectTally, NO_EFFECTS } from '../../effect-tally.ts';
import { findParts, findWhole } from '../../part-store.ts';
import { NOTHING_YET, tallied } from '../../tally.ts';
import { countOutside } from '../draft/meant-set.ts';
import { isBeingJudged, sheetOfParts, sheetPage, sheetPart } from '../operation/bulk-operation-page.ts';
import { doneInWords } from '../operation/parts-in-words.ts';
import { showProgress } from '../operation/progress.ts';
import { seenBy } from '../operation/reported-items.ts';
import { effectsSaid } from './effects-in-words.ts';

const NAMES_SHOWN = 10;
/** Whoever these are done to goes, now or then. */
const ENDING_ACCESS = new Set(['deactivate', 'delete', 'set-leaving']);

/** What executing it would do now; of a large set what was found when it was gone through. */
export async function showSheet(app: AppContext, req: Request, res: Response, operation: BulkOperation): Promise<void> {
  if (isBeingJudged(operation)) {
    app.operations.wake();
    return showProgress(app, req, res, operation);
  }
  const db = app.db.read;
  const mayMail = app.mail !== undefined;
  const parts = await findParts(db, operation);
  const ids = isLarge(operation) ? [] : await findItemIds(db, operation.id);
  const action = await actionOf(db, operation, ids, formatOf(req));
  const by = { ...actOf(app, req), channel: mayMail ? ('mail' as const) : ('copy' as const) };
  const { tally, effects, changing } = isLarge(operation)
    ? { ...knownOf(operation), changing: [] }
    : await foundNow(db, by, operation, { ids, action });
  const makesLinks = action.makes !== undefined;
  const sheet = sheetPage(operation, action, tally, {
    takesBack: operation.undoes === null ? undefined : await takenBack(app, operation.undoes, formatOf(req)),
    changedMeanwhile: await findChangedMeanwhile(db, operation, await seenBy(app, req.viewer!, operation)),
    // Nobody has ticked whom an undoing is about.
    outside: isLarge(operation) || operation.undoes !== null ? 0 : await countOutside(app, req, operation, ids),
    effects: await effectsSaid(app, action, effects),
    offersDeactivation: effects.hasGentler,
    offered: offeredBy(action)?.offered(effects.notes),
  });
  const leavers = ENDING_ACCESS.has(operation.action) ? await findLeavers(db, changing, by.at) : [];
  // Without mail there is no way for their links, so they are left out by now.
  const mailOnly =
    makesLinks && !isLarge(operation) ? shortened(await findMailOnly(app, req.viewer!, changing), NAMES_SHOWN) : '';
  const page = {
    ...(parts.length === 1 ? sheet : sheetOfParts(sheet, await partsOfSheet(app, by, parts, formatOf(req)))),
    leavers,
    isSchedulable: isSchedulable(operation),
    makesLinks,
    mayMail,
    mailOnly,
    goesByMailAlone: makesLinks && isLarge(operation),
  };
  render(req, res, 'bulk-operations/sheet', page, {
    fragments: { 'dialog-body': 'bulk-operations/_sheet', progress: 'bulk-operations/_sheet' },
  });
}

/** Each judged where those before it are done. */
async function partsOfSheet(app: AppContext, act: Act, parts: BulkOperation[], words: Format) {
  const found = await app.db.write((trx) => rehearsed(trx, act, parts, (now, part) => foundOf(now, act, part, words)));
  const shown = [];
  for (const [n, { action, tally, effects }] of found.entries())
    shown.push(sheetPart(parts[n], action, tally, await effectsSaid(app, action, effects)));
  return shown;
}

/** What a part would come to now, with its action. */
export async function foundOf(db: Reader, by: Judge, part: BulkOperation, words?: Format) {
  const ids = await findItemIds(db, part.id);
  const action = await actionOf(db, part, ids, words);
  return { action, ...(await foundNow(db, by, part, { ids, action })) };
}

/** What a small one would come to, looked at while one waits. */
export async function foundNow(
  db: Reader,
  by: Judge,
  operation: BulkOperation,
  { ids, action }: { ids: number[]; action: BulkAction },
): Promise<{ tally: Tally; effects: EffectTally; changing: Subjected[] }> {
  const outcomes = await judgePiece(db, by, operation, { ids, action });
  const changing = changingOf(db, by, operation, outcomes);
  const effects = await countEffects(db, by, action, changing);
  return { tally: tallied(NOTHING_YET, outcomes, Number.POSITIVE_INFINITY), effects, changing: changing.subjects };
}

/** What was found of a large one. Contacts may have become others' since, and are not named. */
export function knownOf({ tally, subjectType }: BulkOperation): { tally: Tally; effects: EffectTally } {
  const { effects = NO_EFFECTS } = tally;
  if (subjectType !== 'contact') return { tally, effects };
  const unnamed = { ...tally, names: [], reasons: tally.reasons.map((one) => ({ ...one, names: [] })) };
  return { tally: unnamed, effects: { ...effects, notes: withoutNames(effects.notes) } };
}

/** What an operation that is taken back had done. */
async function takenBack({ db }: AppContext, id: number, words: Format) {
  const earlier = await findWhole(db.read, id);
  const { createdBy, executedAt } = earlier;
  const creator = (await findUserNames(db.read, [createdBy])).get(createdBy ?? 0) ?? 'command line';
  return {
    id: earlier.id,
    done: await doneInWords(db.read, await findParts(db.read, earlier), words),
    executedAt,
    createdBy,
    creator,
  };
}

/** The names of those whose links this viewer may not see. */
async function findMailOnly({ db, clock }: AppContext, viewer: Viewer, changing: Subjected[]): Promise<string[]> {
  const ids = changing.map((subject) => subject.id);
  const subjects = await findSubjects(db.read, ids, minuteOf(clock()));
  return subjects.filter((subject) => !maySeeLinkOf(viewer, subject)).map((subject) => subject.name);
}
