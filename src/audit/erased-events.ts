import type { Database, Reader } from '../db/database.ts';
import { type Finder, whereMayName } from '../db/erasing.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import type { ActSettings } from '../verbs/act.ts';
import { programAct } from '../verbs/program-act.ts';
import { eraseEvents, recordChanges } from './audit-store.ts';
import { deleteTexts, findTextsNaming } from './audit-texts.ts';
import { ERASED_EVENTS } from './chain.ts';
import { FORM, type Row } from './event-form.ts';

const AT_ONCE = 500;
/** Of all fields of events of words those by which somebody is known. */
const NAMING = ['name', 'email'];

/** What somebody was called: in events, and in what was changed of them. */
export async function findFormerNames(db: Reader, userId: number): Promise<string[]> {
  const texts = () => db('audit_texts').where({ subject_type: 'user', subject_id: userId });
  const called = (column: 'actor' | 'subject') =>
    db('audit_events')
      .where(`${column}_id`, userId)
      .where(`${column}_name`, db.ref('audit_texts.digest'))
      .modify((events) => void (column === 'subject' && events.where('subject_type', 'user')));
  const names: string[] = await texts()
    .where((either) => either.whereExists(called('actor')).orWhereExists(called('subject')))
    .pluck('text');
  const emails: string[] = await texts().whereLike('text', '%@%').pluck('text');
  return [...names, ...emails.filter((text) => !/\s/.test(text)), ...(await findNamesInWords(db, userId))];
}

async function findNamesInWords(db: Reader, userId: number): Promise<string[]> {
  const rows: Row[] = await db('audit_events').where({ form: FORM.words, subject_type: 'user', subject_id: userId });
  return rows.flatMap(({ subject_name, before, after }) => {
    const fields = [JSON.parse(before), JSON.parse(after)].flatMap((some) => NAMING.map((name) => some[name]));
    return [subject_name, ...fields.filter((value) => typeof value === 'string')];
  });
}

/**
 * Deletes the texts of others that name these, and puts markers in the place of events of words that are theirs or name them. How many markers
 * there are is an event of its own, so that none is made unnoticed.
 */
export async function eraseFromAudit(
  db: Pick<Database, 'read' | 'write'>,
  settings: ActSettings,
  userIds: number[],
  finder: Finder,
): Promise<void> {
  for (const some of pieces(await findTextsNaming(db.read, finder), AT_ONCE))
    await db.write((trx) => deleteTexts(trx, some));
  const named = whereMayName(ofWords(db.read), ['actor_name', 'subject_name', 'before', 'after'], finder);
  const rows: Row[] = await named;
  const naming = rows.filter((row) => isNaming(row, finder)).map(({ id }) => id);
  const done: number[] = await whereIdIn(ofWords(db.read), 'actor_id', userIds).pluck('id');
  const told: number[] = await whereIdIn(ofWords(db.read).where('subject_type', 'user'), 'subject_id', userIds).pluck(
    'id',
  );
  for (const some of pieces([...new Set([...naming, ...done, ...told])], AT_ONCE))
    await db.write(async (trx) => {
      const events = await eraseEvents(trx, settings.auditKey, some);
      const change = { action: ERASED_EVENTS, subjectType: 'system', subjectId: null, subjectName: 'Roster' } as const;
      await recordChanges(trx, programAct(settings, { name: 'retention' }), [{ ...change, after: { events } }]);
    });
}

function ofWords(db: Reader) {
  return db('audit_events').where('form', FORM.words);
}

function isNaming({ actor_name, subject_name, before, after }: Row, finder: Finder): boolean {
  const strings = [actor_name, subject_name, ...stringsIn(JSON.parse(before)), ...stringsIn(JSON.parse(after))];
  return strings.some((text) => finder.in(text) !== undefined);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
