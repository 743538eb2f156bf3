import { type Columns, day, flag, integer, json, moment, orNull, text } from './columns.ts';

/** What was done, and what was refused. */
export const AUDIT = {
  audit_days: { day, first_id: integer, last_id: integer },
  audit_events: {
    id: integer,
    at: moment,
    actor_id: orNull(integer),
    actor_name: text(),
    action: text(),
    subject_type: text(),
    subject_id: orNull(integer),
    subject_name: text(),
    before: json,
    after: json,
    address: text(),
    request_id: text(),
    hash: text(),
    form: integer,
    operation_id: orNull(integer),
    token_id: orNull(integer),
    /** Of a marker that stands where an event was erased. */
    seal: orNull(text()),
  },
  audit_head: { only: integer, event_id: integer, hash: text(), seal: text() },
  audit_operations: {
    operation_id: integer,
    action: text(),
    subject_type: text(),
    actor_id: orNull(integer),
    number: integer,
    first_id: integer,
    last_id: integer,
  },
  audit_texts: {
    digest: text(),
    subject_type: text(),
    subject_id: orNull(integer),
    salt: text(),
    text: text(),
    /** What its user is called: of these no index is kept, for the name leads to them. */
    is_name_of_now: flag,
  },
  /** Those whom what others wrote is still to be looked through for. */
  erasures: { user_id: integer, words: json },
  refusals: {
    user_id: integer,
    kind: text(),
    /** Its beginning. */
    minute: moment,
    told: integer,
    untold: integer,
    request: text(),
    reason: text(),
    address: text(),
    request_id: text(),
  },
} as const satisfies Columns;
