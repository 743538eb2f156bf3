import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { isTooLong, MOST_PEOPLE, readPeople } from '../../text/people/people-list.ts';
import { grouped } from '../../text/text.ts';
import { flash } from '../../web/flash.ts';
import { targetOf } from '../../web/render.ts';
import { createPeopleDraft, keepPeopleDraft } from '../actions/people-draft.ts';
import { rowsOf, type TypedPeople, typedPeople } from '../people-form.ts';
import { proposedNames } from '../proposed-names.ts';
import { mistakesOf } from './people-mistakes.ts';
import { type Prepared, prepared, showPeople } from './people-page.ts';

/** A text was pasted: it becomes a list to be looked at and corrected. */
export async function takeList(app: AppContext, req: Request, res: Response): Promise<void> {
  const { typed } = typedPeople(req.body);
  const people = await readText(app, req, res, { typed, rows: [] });
  if (!people) return;
  const id = await app.db.write((trx) => createPeopleDraft(trx, actOf(app, req), people));
  res.redirect(303, `/users/new/list/${id}`);
}

/** The table was sent: read anew, shown again, or on to what will be done. It is kept as it was typed, mistakes and all. */
export async function correctPeople(app: AppContext, req: Request, res: Response, id: number): Promise<void> {
  const people = typedPeople(req.body);
  const { step } = people.typed;
  const path = `/users/new/list/${id}`;
  const keep = (list: TypedPeople) => app.db.write((trx) => keepPeopleDraft(trx, id, list));
  if (step === 'read') {
    const anew = await readText(app, req, res, { ...people, id });
    if (!anew) return;
    await keep(anew);
    return res.redirect(303, path);
  }
  // Without a script that is a page of its own, to which Back and a reload lead.
  if (step !== 'sheet' && !targetOf(req)) {
    await keep(people);
    return res.redirect(303, path);
  }
  const ready = { ...(await prepared(app, req, people)), id };
  if (step !== 'sheet') return showSought(app, req, res, ready);
  const errors = mistakesOf(app, req, ready);
  await keep(people);
  if (Object.keys(errors).length > 0) return showPeople(app, req, res, ready, { errors });
  if (!ready.tellsMore) return res.redirect(303, `${path}/sheet`);
  flash(req, 'Somebody is known by what you typed. Look at it, and go on.', { path });
  res.redirect(303, path);
}

/** Whoever looks for a group is still at it: what is left over or wrong is told once they go on. */
export function showSought(app: AppContext, req: Request, res: Response, people: Prepared): Promise<void> {
  return showPeople(app, req, res, { ...people, errors: {} });
}

/** The list that the text makes; undefined where it makes none, which the page then says, with what stood in the table. */
async function readText(
  app: AppContext,
  req: Request,
  res: Response,
  people: TypedPeople & { id?: number },
): Promise<TypedPeople | undefined> {
  const { typed } = people;
  const text = String(typed.text);
  const failed = async (message: string) => {
    const ready = { ...(await prepared(app, req, people)), id: people.id };
    await showPeople(app, req, res, ready, { errors: { text: message } });
    return undefined;
  };
  if (text.trim() === '') return failed('Paste a list of people.');
  const most = `At most ${grouped(MOST_PEOPLE)} people at once`;
  if (isTooLong(text)) return failed(`${most}, in at most 200 KB: this is more. Paste it in parts.`);
  const list = readPeople(text);
  if (list.people.length > MOST_PEOPLE)
    return failed(`${most}; these are ${grouped(list.people.length)}. Paste them in parts.`);
  if (list.people.length === 0) return failed('There is no email address in it.');
  const names = await proposedNames(app.db.read, list.people, typed.nameBy === 'email' ? 'email' : 'person');
  const rows = rowsOf(list).map((row, n) => ({ ...row, name: names[n] ?? row.name }));
  const read = { typed: { ...typed, told: '' }, rows };
  return list.isGuessed ? withoutGuesses(app, req, read) : read;
}

/** Where columns were told apart by their look, what stands in that of the groups is one only where a group is called so. */
async function withoutGuesses(app: AppContext, req: Request, { typed, rows }: TypedPeople): Promise<TypedPeople> {
  const { plan } = await prepared(app, req, { typed, rows });
  return { typed, rows: plan.map(({ row, errors }) => (errors.groups ? { ...row, groups: '' } : row)) };
}
