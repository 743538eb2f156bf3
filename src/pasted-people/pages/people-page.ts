import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import type { Errors } from '../../forms/form.ts';
import { mayGive } from '../../groups/group.ts';
import { findGroups } from '../../groups/group-store.ts';
import { findKnownGroups } from '../../groups/group-suggestions.ts';
import { groupPicker } from '../../groups/pages/group-picker.ts';
import { findTags } from '../../tags/tag-store.ts';
import { isTooLong, type PeopleList, readPeople } from '../../text/people/people-list.ts';
import { idIn } from '../../text/record-id.ts';
import { accessOf, makesAdministrator } from '../../users/pages/form/user-form-page.ts';
import { takeFlash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { pickersOf } from '../../web/picker.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render, targetOf } from '../../web/render.ts';
import { changingIn, mistakesIn, newIn, type PlannedPerson, planPeople } from '../actions/people-plan.ts';
import {
  checkForAll,
  type ForAll,
  furtherColumns,
  type PersonRow,
  ROW_FIELDS,
  type TypedPeople,
  typedPeople,
} from '../people-form.ts';

const MISTAKES_SHOWN = 10;

/** A list with what it comes to. */
export interface Prepared extends TypedPeople {
  /** Of its draft; undefined before it was read. */
  id?: number;
  forAll: ForAll;
  /** What is wrong with what is so for all. */
  errors: Errors;
  plan: PlannedPerson[];
  /** Whether it found users or contacts of whom the page had not told yet. */
  tellsMore: boolean;
}

/** The page before anything is pasted; with the group for which people are to be invited, where the address names one. */
export async function openPeople(app: AppContext, req: Request, res: Response): Promise<void> {
  const { typed } = typedPeople(takeKept(req) ?? { groups: await groupMeant(app, req) });
  await showPeople(app, req, res, await prepared(app, req, { typed, rows: [] }));
}

async function groupMeant(app: AppContext, req: Request): Promise<string[]> {
  const id = idIn(req.query.group);
  if (id === undefined) return [];
  const groups = await findGroups(app.db.read, [id]);
  return groups.filter((group) => mayGive(req.viewer!, group)).map((group) => String(group.id));
}

/** Works out what the rows come to. Contacts that are found for the first time are to be linked, but for customers and suppliers. */
export async function prepared(
  app: AppContext,
  req: Request,
  { typed, rows, id }: TypedPeople & { id?: number },
): Promise<Prepared> {
  const viewer = req.viewer!;
  const { values: forAll, errors } = checkForAll(typed, formatOf(req));
  const sources = {
    db: app.db.read,
    viewer,
    now: app.clock(),
    times: formatOf(req),
    groups: await findKnownGroups(app, viewer),
  };
  const planned = await planPeople(sources, rows, forAll);
  const first = targetOf(req) ? planned : inOrderOfPage(planned);
  const told = new Set(String(typed.told).split(' '));
  const marks = first.map(markOf);
  const linked = first.map(({ row, found }, n): PersonRow => {
    if (!found) return { ...row, contact: '' };
    return told.has(marks[n]!) || found.warned.length > 0 ? row : { ...row, contact: String(found.contact.id) };
  });
  const isAsFirst = first.every(({ n, row }, place) => n === place && row.contact === linked[place].contact);
  const all = marks.filter((mark) => mark !== undefined);
  return {
    id,
    typed: { ...typed, told: all.join(' ') },
    rows: linked,
    forAll,
    errors,
    plan: isAsFirst ? first : await planPeople(sources, linked, forAll),
    tellsMore: all.some((mark) => !told.has(mark)),
  };
}

/** New people stand before those who are known. A part of a page that is there already keeps the numbers of its rows. */
function inOrderOfPage(plan: PlannedPerson[]): PlannedPerson[] {
  return plan.toSorted((a, b) => Number(Boolean(a.known)) - Number(Boolean(b.known)));
}

/** What the page tells of one whom it knows. */
function markOf({ known, found }: PlannedPerson): string | undefined {
  if (known) return `user:${known.subject.id}`;
  return found && `contact:${found.contact.id}`;
}

/**
 * The text, and once it was read what was understood: new people to be corrected, those who are known, and lines that puzzle.
 * `mistakes` are told where nothing was refused yet.
 */
export async function showPeople(
  app: AppContext,
  req: Request,
  res: Response,
  people: Prepared,
  {
    errors: more = {},
    mistakes = {},
    told = takeFlash(req)?.message,
  }: { errors?: Errors; mistakes?: Errors; told?: string } = {},
): Promise<void> {
  const { typed, rows, plan } = people;
  const viewer = req.viewer!;
  const picker = await groupPicker(app, viewer, typed, { foot: 'pasted-people/_known' });
  const path = people.id === undefined ? '/users/new/list' : `/users/new/list/${people.id}`;
  const { page: parts, fragments } = pickersOf(req, typed, path, [picker]);
  const columns = furtherColumns(rows);
  const page = {
    title: 'New users from a list',
    ...parts,
    path,
    typed,
    told,
    errors: { ...people.errors, ...mistakes, ...more },
    summary: summaryOf({ ...people.errors, ...mistakes, ...more }, plan),
    isRead: rows.length > 0,
    columns,
    rowFields: ROW_FIELDS,
    people: plan.filter(({ known }) => !known).map((one) => ({ ...one, contact: one.found?.contact })),
    known: plan.filter(({ known }) => known),
    changing: changingIn(plan).length,
    inviting: newIn(plan).length + mistakesIn(plan).length,
    ...passedOver(String(typed.text)),
    makesAdministrator: await makesAdministrator(app.db.read, typed),
    tags: await findTags(app.db.read, 'user'),
    ...accessPage(app, people),
  };
  const status = Object.keys(more).length > 0 ? 422 : 200;
  render(req, res, 'pasted-people/list', page, { status, fragments });
}

/** How access starts, for the pages that ask or say it. */
export function accessPage(app: AppContext, { typed }: TypedPeople) {
  return {
    access: accessOf(app, typed),
    mayMail: app.mail !== undefined,
    linksWorkElsewhere: app.config.baseUrlGiven,
    invitationHours: app.config.invitationHours,
  };
}

/** What of the text is not in the table: lines that puzzle, and columns. */
export function passedOver(text: string): Pick<PeopleList, 'puzzling' | 'unread'> {
  if (isTooLong(text)) return { puzzling: [], unread: [] };
  const { puzzling, unread } = readPeople(text);
  return { puzzling, unread };
}

/** The first mistakes with the name of whose they are; each stands beside its field as well. */
function summaryOf(errors: Errors, plan: PlannedPerson[]): Errors {
  const all = Object.entries(errors).map(([field, message]) => {
    const [, n] = /-(\d+)$/.exec(field) ?? [];
    const row = n && plan[Number(n)].row;
    return [field, row ? `${row.name || row.email || `Line ${row.line}`}: ${message}` : message] as const;
  });
  const rest = all.length - MISTAKES_SHOWN;
  if (rest <= 1) return Object.fromEntries(all);
  const [next] = all[MISTAKES_SHOWN];
  return Object.fromEntries([...all.slice(0, MISTAKES_SHOWN), [next, `And ${rest} more.`]]);
}
