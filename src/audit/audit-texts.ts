import { hash, randomBytes } from 'node:crypto';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { type Finder, whereMayName } from '../db/erasing.ts';
import { whereIdIn, whereRowIn } from '../db/ids.ts';
import { asKept } from '../db/kept-text.ts';
import { prepared } from '../db/prepared.ts';
import { findNamesOfNow } from './names-of-now.ts';

const SALT_BYTES = 16;
/** Of a salt and of its digest, as characters of the number of the event that said it first: enough for a thousand a second through ninety years. */
const NUMBER_LENGTH = 8;
const SALT_LENGTH = NUMBER_LENGTH + Math.ceil((SALT_BYTES * 4) / 3);
const DIGEST_LENGTH = 43;
const READ_AT_ONCE = 1_000;
const RECORDS = ['contact', 'group'];

/** Whose a text is: what they are called, what they wrote, from where they came. */
export interface Owner {
  type: string;
  id: number | null;
}

/** A text as rows of the audit have it: in its place stands its digest, once it is kept. */
export class KeptText {
  digest = '';
  readonly of: Owner;
  readonly text: string;

  constructor(of: Owner, text: string) {
    this.of = of;
    this.text = text;
  }

  toJSON(): string {
    return this.digest;
  }
}

interface Row {
  digest: string;
  subject_type: string;
  subject_id: number | null;
  salt: string;
  text: string;
  is_name_of_now: boolean;
}

/** The texts that the events of one transaction say, each of each owner once. */
export class Texts {
  readonly #texts = new Map<string, KeptText>();
  readonly #trx: Transaction;
  readonly #eventId: number;

  /** Of events from that number on. */
  constructor(trx: Transaction, eventId: number) {
    this.#trx = trx;
    this.#eventId = eventId;
  }

  of(owner: Owner, text: string): KeptText {
    const whole = asKept(this.#trx, text);
    const key = keyOf(owner, whole);
    const kept = this.#texts.get(key) ?? new KeptText(owner, whole);
    this.#texts.set(key, kept);
    return kept;
  }

  /**
   * Gives each its digest, and keeps those that are not kept yet. Nobody can tell from a digest what it is of, once the
   * text is deleted and its salt with it.
   */
  async keep(): Promise<void> {
    const trx = this.#trx;
    const texts = [...this.#texts.values()];
    const columns = ['subject_type', 'subject_id', 'text'];
    const values = texts.map(({ of, text }) => [of.type, of.id, text]);
    const found: Row[] = await whereRowIn(trx('audit_texts'), 'audit_texts', columns, values).select(
      'digest',
      ...columns,
    );
    for (const { digest, subject_type: type, subject_id: id, text } of found)
      this.#texts.get(keyOf({ type, id }, text))!.digest = digest;
    const added = texts.filter(({ digest }) => digest === '');
    await insertTexts(trx, this.#eventId, added, await findNamesOfNow(trx, added));
  }
}

function keyOf({ type, id }: Owner, text: string): string {
  return `${type} ${id} ${text}`;
}

async function insertTexts(
  trx: Transaction,
  eventId: number,
  texts: KeptText[],
  namesOfNow: ReadonlySet<KeptText>,
): Promise<void> {
  const number = eventId.toString(36).padStart(NUMBER_LENGTH, '0');
  const salts = randomBytes(texts.length * SALT_BYTES);
  const rows = texts.map((kept, n): Row => {
    const salt = number + salts.toString('base64url', n * SALT_BYTES, (n + 1) * SALT_BYTES);
    kept.digest = digestOf(salt, kept.text);
    return {
      digest: kept.digest,
      subject_type: kept.of.type,
      subject_id: kept.of.id,
      salt,
      text: kept.text,
      is_name_of_now: namesOfNow.has(kept),
    };
  });
  await bulkInsert(trx, 'audit_texts', rows);
}

const selectTexts = prepared<{ digests: string[] }, Row>((db, { digests }) =>
  whereIdIn(db('audit_texts'), 'digest', digests).select('digest', 'text'),
);

/** By their digests, those that were not deleted. */
export async function findTexts(db: Reader, digests: Iterable<string>): Promise<Map<string, string>> {
  const rows = await selectTexts(db, { digests: [...new Set(digests)] });
  return new Map(rows.map(({ digest, text }) => [digest, text]));
}

/** What they are called, wrote and came from, in whatever event. */
export async function deleteTextsOf(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('audit_texts').where('subject_type', 'user'), 'subject_id', userIds).delete();
}

/** Texts of others that name those whom it finds; what contacts and groups are called is theirs, as in their records. */
export async function findTextsNaming(db: Reader, finder: Finder): Promise<string[]> {
  const rows: Pick<Row, 'digest' | 'text'>[] = await whereMayName(
    db('audit_texts').whereNotIn('subject_type', RECORDS),
    ['text'],
    finder,
  ).select('digest', 'text');
  return rows.filter(({ text }) => finder.in(text) !== undefined).map(({ digest }) => digest);
}

export async function deleteTexts(trx: Transaction, digests: string[]): Promise<void> {
  await whereIdIn(trx('audit_texts'), 'digest', digests).delete();
}

/** The digests of texts that are not what was kept: those that they have, and those that they would have. */
export async function findAlteredTexts(db: Reader): Promise<Set<string>> {
  const altered = new Set<string>();
  let last = '';
  for (;;) {
    const rows: Row[] = await db('audit_texts').where('digest', '>', last).orderBy('digest').limit(READ_AT_ONCE);
    for (const { digest, salt, text } of rows) {
      const expected = digestOf(salt, text);
      if (expected !== digest) altered.add(digest).add(expected);
    }
    if (rows.length < READ_AT_ONCE) return altered;
    last = rows.at(-1)!.digest;
  }
}

/** It begins with the number of its salt, so that the index over all of them grows at its end. Salts of before have none. */
function digestOf(salt: string, text: string): string {
  const digest = hash('sha256', JSON.stringify([salt, text]), 'base64url');
  return salt.length < SALT_LENGTH ? digest : (salt.slice(0, NUMBER_LENGTH) + digest).slice(0, DIGEST_LENGTH);
}
