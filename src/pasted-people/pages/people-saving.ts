import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { isTooLong, MOST_PEOPLE, readPeople } from '../../text/people/people-list.ts';
import { grouped } from '../../text/text.ts';
import { rowsOf, type TypedPeople, typedPeople } from '../people-form.ts';
import { fingerprintOf } from '../people-plan.ts';
import { proposedNames } from '../proposed-names.ts';
import { invite } from './people-inviting-page.ts';
import { mistakesOf } from './people-mistakes.ts';
import { type Prepared, prepared, showPeople, showPeopleSheet } from './people-page.ts';

/** The list was sent: read anew, shown again, or what will be done, or done. */
export async function takePeople(app: AppContext, req: Request, res: Response): Promise<void> {
  const people = typedPeople(req.body);
  const { step, seen: shown } = people.typed;
  // Sent once more, by a second press or by Back: it was done.
  const { invited } = req.session;
  if (step === 'invite' && invited?.seen === shown) return res.redirect(303, invited.path);
  if (step === 'read' || (people.rows.length === 0 && !/^(find|take|drop) /.test(String(step))))
    return readList(app, req, res, people);
  const ready = await prepared(app, req, people);
  if (step !== 'sheet' && step !== 'invite') return showPeople(app, req, res, ready);
  const errors = mistakesOf(app, req, ready);
  if (Object.keys(errors).length > 0) return showPeople(app, req, res, ready, { errors });
  if (ready.tellsMore)
    return showPeople(app, req, res, ready, { told: 'Somebody is known by what you typed. Look at it, and go on.' });
  const seen = fingerprintOf(ready.plan);
  if (step === 'sheet') return showPeopleSheet(app, req, res, withSeen(ready, seen));
  if (shown !== seen)
    return showPeopleSheet(
      app,
      req,
      res,
      withSeen(ready, seen),
      'It is not what was shown any more. Nothing was done yet.',
    );
  await invite(app, req, res, ready);
}

/** What the text names becomes the table; what was corrected in one before is read anew. */
async function readList(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, rows: before }: TypedPeople,
): Promise<void> {
  const text = String(typed.text);
  const failed = async (message: string) =>
    showPeople(app, req, res, await prepared(app, req, { typed, rows: before }), { errors: { text: message } });
  if (text.trim() === '') return failed('Paste a list of people.');
  const most = `At most ${grouped(MOST_PEOPLE)} people at once`;
  if (isTooLong(text)) return failed(`${most}, in at most 200 KB: this is more. Paste it in parts.`);
  const list = readPeople(text);
  if (list.people.length > MOST_PEOPLE)
    return failed(`${most}; these are ${grouped(list.people.length)}. Paste them in parts.`);
  if (list.people.length === 0) return failed('There is no email address in it.');
  const names = await proposedNames(app.db.read, list.people, typed.nameBy === 'email' ? 'email' : 'person');
  const rows = rowsOf(list).map((row, n) => ({ ...row, name: names[n] ?? row.name }));
  const ready = await prepared(app, req, { typed: { ...typed, told: '' }, rows });
  await showPeople(app, req, res, list.isGuessed ? await withoutGuesses(app, req, ready) : ready);
}

/** Where columns were told apart by their look, what stands in that of the groups is one only where a group is called so. */
async function withoutGuesses(app: AppContext, req: Request, { typed, rows, plan }: Prepared): Promise<Prepared> {
  const guessed = rows.map((row, n) => (plan[n].errors.groups ? { ...row, groups: '' } : row));
  return prepared(app, req, { typed, rows: guessed });
}

function withSeen(people: Prepared, seen: string): Prepared {
  return { ...people, typed: { ...people.typed, seen } };
}
