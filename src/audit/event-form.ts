import { jsonWriter } from '../text/json-writer.ts';
import type { Act } from '../verbs/act.ts';
import { type AuditEvent, type Change, ERASED, type Fields, isReference, type Reference } from './audit-event.ts';
import type { KeptText, Owner, Texts } from './audit-texts.ts';

/**
 * How rows of the audit say what they say: at first in words; now in ids, facts and digests of texts; by a token, with its id as well. A marker
 * stands where one of words was erased.
 */
export const FORM = { words: 1, ids: 2, token: 3, marker: 4 } as const;

/** One row of the table `audit_events`. */
export interface Row {
  id: number;
  at: string;
  actor_id: number | null;
  /** A digest, but for programs, which have no id. */
  actor_name: string;
  action: string;
  subject_type: string;
  subject_id: number | null;
  /** A digest, but for the program itself. */
  subject_name: string;
  before: string;
  after: string;
  /** A digest; empty for what came from the machine itself. */
  address: string;
  request_id: string;
  form: number;
  operation_id: number | null;
  token_id: number | null;
  hash: string;
  /** Of markers alone. */
  seal?: string | null;
}

/** What a row is to say, while its texts are not kept yet. */
interface Content {
  act: Act;
  change: Change;
  actor: KeptText | string;
  subject: KeptText | string;
  before: Fields;
  after: Fields;
  address: KeptText | string;
}

/** Whose strings are words, days and moments of the program and nobody's own; a new field is taken for somebody's. */
const FACTS = new Set([
  'accessConfirmedAt',
  'accounts',
  'activity',
  'answer',
  'apiOnlyReviewOn',
  'backupOf',
  'brokenOff',
  'counter',
  'digest',
  'dueAt',
  'expiresOn',
  'fileFormat',
  'idleSince',
  'invitationExpiresAt',
  'key',
  'kind',
  'kinds',
  'lastActivityAt',
  'lastLoginAt',
  'leavesAt',
  'lockedUntil',
  'minute',
  'owner',
  'pausedFor',
  'permissions',
  'scopes',
  'silence',
  'startsAt',
  'states',
  'until',
  'heldUntil',
]);

/** What of these changes are names of applications, and levels: facts as well. */
const OF_FACTS = new Set(['group.permissions-changed']);

/** Who acts, and from where: the same in all changes of an act. */
interface By {
  act: Act;
  actor: KeptText | string;
  /** Undefined where it is told of whoever it was done to. */
  address: KeptText | string | undefined;
}

/** What the rows of changes are to say. What is said of whom goes to `texts`. */
export function contentsOf(told: { act: Act; change: Change }[], texts: Texts): Content[] {
  let by: By | undefined;
  return told.map(({ act, change }) => {
    if (by?.act !== act) by = byOf(act, texts);
    return contentOf(by, change, texts);
  });
}

function byOf(act: Act, texts: Texts): By {
  const { by, address } = act;
  if (by.id === null) return { act, actor: by.name, address: address === '' ? '' : undefined };
  const actor = { type: 'user', id: by.id };
  return { act, actor: texts.of(actor, by.name), address: address === '' ? '' : texts.of(actor, address) };
}

function contentOf({ act, actor, address }: By, change: Change, texts: Texts): Content {
  const subject = { type: change.subjectType, id: change.subjectId };
  // What is asked for and refused has no record: what is said of it is of whoever asked.
  const of = subject.id === null ? { type: 'user', id: act.by.id } : subject;
  return {
    act,
    change,
    actor,
    subject: change.subjectType === 'system' ? change.subjectName : texts.of(of, change.subjectName),
    before: keptFields(change, change.before, of, texts),
    after: keptFields(change, change.after, of, texts),
    address: address ?? texts.of(subject, act.address),
  };
}

const NO_FIELDS: Fields = {};

/** The very same fields where all of them are facts. */
function keptFields(change: Change, fields: Fields = NO_FIELDS, of: Owner, texts: Texts): Fields {
  if (Object.keys(fields).every((field) => isFact(change, field))) return fields;
  return mapFields(fields, (field, value) => (isFact(change, field) ? value : withKept(value, of, texts)));
}

/** The rows with digests, when all texts are kept; the first has this id. Their hashes are still to come. */
export function rowsOf(id: number, contents: Content[]): Row[] {
  const [before, after] = [jsonWriter(), jsonWriter()];
  return contents.map((content, n) => rowOf(id + n, content, { before, after }));
}

function rowOf(id: number, content: Content, json: Record<'before' | 'after', (fields: Fields) => string>): Row {
  const { act, change, actor, subject, before, after, address } = content;
  return {
    id,
    at: act.at,
    actor_id: act.by.id,
    actor_name: digested(actor),
    action: change.action,
    subject_type: change.subjectType,
    subject_id: change.subjectId,
    subject_name: digested(subject),
    before: json.before(before),
    after: json.after(after),
    address: digested(address),
    request_id: act.requestId,
    form: act.tokenId === undefined ? FORM.ids : FORM.token,
    operation_id: act.operationId ?? null,
    token_id: act.tokenId ?? null,
    hash: '',
  };
}

/** The events of rows, in their order. `findTexts` knows nothing of digests whose text was deleted. */
export async function eventsOf(
  rows: Row[],
  findTexts: (digests: string[]) => Promise<Map<string, string>>,
): Promise<AuditEvent[]> {
  const read = rows.map(fieldsOf);
  const texts = await findTexts(read.flatMap(digestsInFields));
  return read.map((one) => eventOf(one, (digest) => texts.get(digest)));
}

/** A row with its fields, which take the longest to be read. */
interface ReadRow {
  row: Row;
  before: Fields;
  after: Fields;
}

function fieldsOf(row: Row): ReadRow {
  return { row, before: fieldsIn(row.before), after: fieldsIn(row.after) };
}

/** Most events have no field on one of both sides. */
function fieldsIn(json: string): Fields {
  return json === '{}' ? NO_FIELDS : JSON.parse(json);
}

/** `textOf` is asked for each digest in it. */
function eventOf({ row, before, after }: ReadRow, textOf: (digest: string) => string | undefined): AuditEvent {
  const isOfWords = row.form === FORM.words;
  const text = (kept: string, isPlain: boolean) => (isPlain ? kept : (textOf(kept) ?? ERASED));
  const told = (fields: Fields): Fields =>
    mapFields(fields, (field, value) => (isOfWords ? formerValue(field, value) : withTexts(value, textOf)));
  if (row.form === FORM.marker) return markerOf(row);
  return {
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    actorName: text(row.actor_name, isOfWords || row.actor_id === null),
    action: row.action,
    subjectType: row.subject_type as AuditEvent['subjectType'],
    subjectId: row.subject_id,
    subjectName: text(row.subject_name, isOfWords || row.subject_type === 'system'),
    before: told(before),
    after: told(after),
    address: text(row.address, isOfWords || row.address === ''),
    requestId: row.request_id,
    operationId: row.operation_id,
    tokenId: row.token_id,
  };
}

/** That something was done, by whom and to whom, is told still. */
function markerOf(row: Row): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    actorName: ERASED,
    action: row.action,
    subjectType: row.subject_type as AuditEvent['subjectType'],
    subjectId: row.subject_id,
    subjectName: ERASED,
    before: {},
    after: {},
    address: '',
    requestId: '',
    operationId: row.operation_id,
    tokenId: row.token_id,
  };
}

/** The digests of all texts that a row has. */
export function digestsIn(row: Row): string[] {
  return digestsInFields(fieldsOf(row));
}

function digestsInFields(read: ReadRow): string[] {
  const digests: string[] = [];
  eventOf(read, (digest) => {
    digests.push(digest);
    return '';
  });
  return digests;
}

function isFact({ action }: Change, field: string): boolean {
  return FACTS.has(field) || OF_FACTS.has(action);
}

function digested(text: KeptText | string): string {
  return typeof text === 'string' ? text : text.digest;
}

function withKept(value: unknown, of: Owner, texts: Texts): unknown {
  if (typeof value === 'string') return value === '' ? '' : { text: texts.of(of, value) };
  if (isReference(value)) return { ...value, name: { text: texts.of({ type: value.type, id: value.id }, value.name) } };
  return mapParts(value, (part) => withKept(part, of, texts));
}

function withTexts(value: unknown, textOf: (digest: string) => string | undefined): unknown {
  const digest = digestIn(value);
  return digest === undefined ? mapParts(value, (part) => withTexts(part, textOf)) : (textOf(digest) ?? ERASED);
}

/** As nothing else has them: a level of rights is no digest, whatever the application is called. */
function digestIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { text, ...rest } = value as { text?: unknown };
  const isDigest = typeof text === 'string' && /^[\w-]{43}$/.test(text) && Object.keys(rest).length === 0;
  return isDigest ? text : undefined;
}

function mapParts(value: unknown, map: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value === 'object' && value !== null) return mapFields(value as Fields, (_, part) => map(part));
  return value;
}

function mapFields(fields: Fields, map: (field: string, value: unknown) => unknown): Fields {
  const mapped: Fields = {};
  for (const field of Object.keys(fields)) mapped[field] = map(field, fields[field]);
  return mapped;
}

/** Before there were references, contacts were named with their number at the end: "Acme (contact 7, customer)". */
function formerValue(field: string, value: unknown): unknown {
  if ((field !== 'linkedContact' && field !== 'company') || typeof value !== 'string') return value;
  const [, name, id, accounts] = /^(.*) \(contact (\d{1,15})((?:, [a-z]+)*)\)$/s.exec(value) ?? [];
  if (name === undefined) return value;
  const reference: Reference = { type: 'contact', id: Number(id), name };
  return accounts === '' ? reference : { ...reference, accounts: accounts.slice(2).split(', ') };
}
