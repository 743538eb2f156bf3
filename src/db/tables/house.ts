import { type Columns, integer, json, moment, orNull, text } from './columns.ts';

/** The installation itself, and its mail. */
export const HOUSE = {
  heartbeat: { only: integer, at: moment },
  installation_mark: { only: integer, mark: text() },
  moves: {
    only: integer,
    id: text(),
    side: text<'leaving' | 'left' | 'arriving'>(),
    place: text(),
    at: moment,
    progress: json,
    resting: json,
  },
  outbox: {
    id: integer,
    kind: text(),
    user_id: integer,
    link_id: orNull(integer),
    address: text(),
    facts: json,
    created_at: moment,
    try_until: moment,
    attempts: integer,
    next_at: moment,
    sent_at: orNull(moment),
    failed_at: orNull(moment),
    answer: text(),
  },
  secret_fingerprints: { name: text(), fingerprint: text() },
  server_settings: { only: integer, settings: json },
} as const satisfies Columns;
