import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { findScheduledFor } from '../../bulk-operations/schedule-store.ts';
import type { Reader } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { type Picker, soughtIn } from '../../forms/picker.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import type { Subject } from '../../users/user.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import { pickersOf } from '../../web/picker.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { decisionsIn, findLeft } from '../actions/decisions.ts';
import { sharesOf } from '../actions/sharing.ts';
import { type Decisions, LEAVE, type LeftKind, type LeftThing, type Share } from '../left-kind.ts';
import { heirField, idsField, LEAVING_SEARCHES, seenField, seenIn, typedLeaving } from './leaving-form.ts';

const SHOWN = 20;

/** One kind of what somebody leaves behind, as the page asks about it. */
interface Part {
  kind: LeftKind;
  things: LeftThing[];
  /** Why nothing can be decided of it. */
  refusal: string | undefined;
  shares: Share[];
}

/** When they go, all that they leave behind, and to whom it is proposed to go. */
export async function showLeaving(
  app: AppContext,
  req: Request,
  res: Response,
  user: Subject,
  { typed: given, errors = {} }: { typed?: Typed; errors?: Errors } = {},
): Promise<void> {
  const db = app.db.read;
  const format = formatOf(req);
  const parts = await partsOf(db, actOf(app, req), user);
  const scheduled = await scheduledLeaving(db, user.id);
  const typed = given ?? (await typedAtFirst(db, parts, scheduled?.decisions ?? {}));
  if (!given) typed.leavesAt = format.typedEnd(user.leavesAt);
  const pickers = [];
  for (const { kind } of parts) if (kind.heir) pickers.push(await heirPicker(app, req, typed, { kind, user }));
  const own = `/users/${user.id}/leaving`;
  const { page: pickerParts, fragments } = pickersOf(req, typed, own, pickers);
  const page = {
    title: `Leaving: ${user.name}`,
    ...pickerParts,
    user,
    typed,
    errors,
    action: own,
    parts: parts.map((part) => shown(part, typed)),
    scheduled,
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'leaving/show', page, { status, fragments });
}

async function partsOf(db: Reader, by: Judge, user: Subject): Promise<Part[]> {
  const parts: Part[] = [];
  for (const [kind, things] of await findLeft(db, [user.id], by.at)) {
    const refusal = await kind.refusal?.(db, by, things);
    const isProposed = refusal === undefined && 'hand-over' in kind.deeds;
    const shares = isProposed ? await sharesOf(db, by, kind, { leaver: user, things }) : [];
    parts.push({ kind, things, refusal, shares });
  }
  return parts;
}

/** As it was decided before, or else is proposed: handed over where somebody can take it over, else as it is. */
async function typedAtFirst(db: Reader, parts: Part[], decided: Decisions): Promise<Typed> {
  const typed = typedLeaving({});
  const names = await findUserNames(
    db,
    Object.values(decided).map(({ to }) => to ?? null),
  );
  for (const { kind, shares, things, refusal } of parts) {
    if (Object.keys(kind.deeds).length === 0 || refusal) continue;
    const { deed, to } = decided[kind.name] ?? {};
    typed[kind.name] = deed ?? (shares.length > 0 ? 'hand-over' : 'keep');
    const heir = deed === undefined && !kind.propose ? shares[0]?.to.name : names.get(to ?? 0);
    if (kind.heir) typed[heirField(kind)] = heir ?? '';
    if (kind.isByOne) typed[idsField(kind)] = things.map(({ id }) => String(id));
  }
  return typed;
}

function shown({ kind, things, refusal, shares }: Part, typed: Typed) {
  const isAsked = !refusal && Object.keys(kind.deeds).length > 0;
  const { name, label, noun, note, deeds, heir, propose, isByOne } = kind;
  const proposed = new Map(propose ? shares.map(({ thing, to }) => [thing.id, to]) : []);
  return {
    name,
    label,
    noun,
    note,
    refusal,
    number: things.length,
    things: things
      .filter((thing) => thing.name !== '')
      .slice(0, SHOWN)
      .map((thing) => ({ ...thing, heir: proposed.get(thing.id) })),
    rest: things[0].name === '' ? 0 : Math.max(0, things.length - SHOWN),
    deeds: refusal ? [] : Object.entries(deeds).map(([value, words]) => ({ value, label: words })),
    chosen: typed[name],
    heirField: heir && !refusal ? heirField(kind) : undefined,
    idsField: isByOne ? idsField(kind) : undefined,
    ids: isByOne ? things.map(({ id }) => id) : [],
    seen: isAsked ? { field: seenField(kind), value: seenIn(kind, things) } : undefined,
  };
}

async function heirPicker(
  app: AppContext,
  req: Request,
  typed: Typed,
  { kind, user }: { kind: LeftKind; user: Subject },
): Promise<Picker> {
  const field = heirField(kind);
  const sought = soughtIn(typed, LEAVING_SEARCHES, field);
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer: req.viewer! };
  const found = await findUsersCalled(sources, sought, { activity: ['active'] });
  const others = found.filter(({ id, badges }) => id !== user.id && !badges.includes('api-only'));
  return {
    field,
    search: field,
    label: kind.heir!,
    help: kind.propose ? 'Name or system email. Empty: as it stands beside each.' : 'Name or system email.',
    chosen: [],
    found: suggestedByName(others),
    sought,
    nothing: 'Nobody is found under',
  };
}

/** What was decided before and is still to be done. */
export async function scheduledLeaving(db: Reader, userId: number) {
  for (const { operationId, dueAt, waitsFor } of await findScheduledFor(db, userId)) {
    const { action, choices } = await findOperation(db, operationId);
    if (action === LEAVE) return { id: operationId, dueAt, waitsFor, decisions: decisionsIn(choices) };
  }
  return undefined;
}
