import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { identityKey } from '../../text/identity-key.ts';
import { withoutAddress } from '../../text/people/people-list.ts';
import { counted } from '../../text/text.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { channelNamed } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { keepInvitations } from '../actions/kept-leading.ts';
import { unusableNames } from '../actions/leading.ts';
import { createListDraft, findListDraft, keepListDraft, type LedList } from '../actions/list-draft.ts';
import { formNumber, sendingOf, wasSent } from '../actions/sent-forms.ts';
import { checkInvitation, type InvitedRow, readRows, typedRows } from '../leading-form.ts';
import { actAsLeader } from './addressed-led-group.ts';
import { offerUndo } from './leading-operations.ts';

interface Shown {
  group: Group;
  /** The number of its draft, once it was read. */
  id?: number;
  typed: Typed;
  rows: InvitedRow[];
  errors?: Errors;
}

/** A list to be pasted, and once it was read its people to be corrected. */
export function showList(
  app: AppContext,
  req: Request,
  res: Response,
  { group, id, typed, rows, errors = {} }: Shown,
): void {
  const title = `Invite a list into ${group.name}`;
  const puzzling = rows.length > 0 ? withoutAddress(String(typed.text)) : [];
  const form = formNumber(String(typed.form));
  const page = { title, group, id, typed, form, rows, puzzling, errors, mayMail: app.mail !== undefined };
  render(req, res, 'leading/list', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

/** A text was pasted: it becomes a table with an address, to be corrected. */
export async function takeLedList(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const { typed } = typedRows(req.body);
  const { rows, error } = readRows(String(typed.text));
  if (error) return showList(app, req, res, { group, typed, rows, errors: { text: error } });
  const list = { typed: { ...typed, form: formNumber(String(typed.form)) }, rows };
  const id = await app.db.write((trx) => createListDraft(trx, actAsLeader(app, req, group.id), group.id, list));
  res.redirect(303, `/led-groups/${group.id}/invitations/list/${id}`);
}

/** The table as it was kept; once its people were invited there is only the group. */
export async function showLedList(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const { id, list } = await listOf(app, req, group);
  if (list.isDone) return res.redirect(303, `/led-groups/${group.id}`);
  const kept = takeKept(req);
  showList(app, req, res, { group, id, ...(kept ? typedRows(kept) : list) });
}

/** The one that the address names. Throws NotFound. */
async function listOf(app: AppContext, req: Request, group: Group): Promise<{ id: number; list: LedList }> {
  const id = addressedId(req, 'list');
  return { id, list: await findListDraft(app.db.read, id, req.viewer!.id, group.id) };
}

/** The people of its table are invited, all of them that are ticked; or the table once more, kept as it was typed. */
export async function inviteList(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const { id } = await listOf(app, req, group);
  const { typed, rows } = typedRows(req.body);
  const failed = async (errors: Errors) => {
    await app.db.write((trx) => keepListDraft(trx, id, group.id, { typed, rows }));
    showList(app, req, res, { group, id, typed, rows, errors });
  };
  const kept = rows.flatMap((row, n) => (row.isKept ? [{ ...row, n }] : []));
  const path = `/led-groups/${group.id}`;
  const sending = sendingOf(String(typed.form), kept);
  // Their names are taken by now: the page of the group tells of them.
  if (await wasSent(app.db.read, req.viewer!.id, group.id, sending)) return res.redirect(303, path);
  const mistakes = await mistakesOf(app, kept);
  if (Object.keys(mistakes).length > 0) return failed(mistakes);
  const people = kept.map((row) => checkInvitation({ name: row.name, email: row.email }).values!);
  // Their places in the table, where some are not ticked.
  const failedSome = (errors: Errors) =>
    failed(
      Object.fromEntries(
        Object.entries(errors).map(([key, message]) => {
          const [field, at] = key.split('-');
          return [`${field}-${kept[Number(at)].n}`, message];
        }),
      ),
    );
  await unlessFieldErrors(app, req, failedSome, async () => {
    const work = async (trx: Transaction) => {
      await keepListDraft(trx, id, group.id, { typed: {}, rows: [], isDone: true });
      return keepInvitations(trx, actAsLeader(app, req, group.id), group.id, people, sending);
    };
    const done = await app.db.write(work);
    if (!done) return res.redirect(303, path);
    const said = `${counted(people.length, 'person', 'people')} of the list ${people.length === 1 ? 'is' : 'are'} invited, or known here already and added where that can be.`;
    const channel = channelNamed(app, typed.channel);
    flash(req, said, { path, showInvitationsOf: channel === 'copy' ? done.ids : undefined });
    offerUndo(req, done.undo);
    res.redirect(303, path);
  });
}

async function mistakesOf(app: AppContext, rows: (InvitedRow & { n: number })[]): Promise<Errors> {
  if (rows.length === 0) return { text: 'Nobody is ticked.' };
  const unusable = await unusableNames(
    app.db.read,
    rows.map(({ name }) => name),
  );
  const seen = new Set<string>();
  const all = rows.flatMap(({ name, email, n }) => {
    const twin = seen.has(identityKey(name)) ? { name: 'Somebody of the list has this name already.' } : {};
    seen.add(identityKey(name));
    const taken = unusable.has(name) ? { name: unusable.get(name)! } : {};
    const { errors = {} } = checkInvitation({ name, email });
    return Object.entries({ ...twin, ...taken, ...errors }).map(([field, message]) => [`${field}-${n}`, message]);
  });
  return Object.fromEntries(all);
}
