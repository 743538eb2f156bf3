/** What a column holds, and so what of JavaScript comes out of it. */
interface Column<T> {
  readonly type: 'integer' | 'text' | 'boolean';
  readonly isNullable: boolean;
  /** Never there: it only carries the type. */
  readonly value?: T;
}

const text = <T extends string = string>(): Column<T> => ({ type: 'text', isNullable: false });
const integer: Column<number> = { type: 'integer', isNullable: false };
/** As the database has it: 0 or 1 where it knows no booleans. */
const flag: Column<number | boolean> = { type: 'boolean', isNullable: false };
/** As ISO 8601 in UTC. */
const moment = text();
/** As YYYY-MM-DD. */
const day = text();
/** An object or a list, written as JSON. */
const json = text();

function orNull<T>(column: Column<T>): Column<T | null> {
  return { ...column, isNullable: true };
}

const activity = text<'active' | 'deactivated' | 'deleted'>();
const deletedFrom = orNull(text<'active' | 'deactivated'>());
const level = text<'read' | 'write'>();

/** What a counter of failed sign-ins holds. */
const counter = {
  user_id: integer,
  attempts: integer,
  attempts_in_all: integer,
  step: integer,
  locked_until: orNull(moment),
};

/** Every table that Roster reads and writes, with its columns; a test compares them with the schema. */
export const TABLES = {
  accounts: { contact_id: integer, type: text<'customer' | 'supplier' | 'prospect' | 'competitor' | 'employee'>() },
  address_limits: { address: text(), taken: integer, ends_at: moment },
  applications: {
    id: integer,
    key: text(),
    name: text(),
    description: text(),
    version: integer,
    created_at: moment,
    created_by: orNull(integer),
  },
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
  audit_texts: { digest: text(), subject_type: text(), subject_id: orNull(integer), salt: text(), text: text() },
  bulk_operation_items: {
    operation_id: integer,
    subject_id: integer,
    outcome: orNull(text<'changed' | 'left out'>()),
    reason: text(),
    before: json,
    version: orNull(integer),
    after: json,
  },
  bulk_operation_pieces: {
    operation_id: integer,
    number: integer,
    ids: json,
    first_id: integer,
    last_id: integer,
    done_at: orNull(moment),
  },
  bulk_operations: {
    id: integer,
    action: text(),
    created_by: orNull(integer),
    created_at: moment,
    view: orNull(text()),
    shown: orNull(integer),
    shown_change: orNull(integer),
    frozen_change: orNull(integer),
    excepted: orNull(integer),
    executed_at: orNull(moment),
    subject_type: text<'user' | 'group' | 'contact'>(),
    undoes: orNull(integer),
    choices: json,
    channel: text<'mail' | 'copy'>(),
    address: text(),
    size: integer,
    tally: json,
    paused_at: orNull(moment),
    paused_for: text(),
    cancelled_at: orNull(moment),
    finished_at: orNull(moment),
  },
  contact_changes: { id: integer, contact_id: integer },
  contact_events: { contact_id: integer, event_id: integer },
  contact_tags: { contact_id: integer, tag_id: integer },
  contacts: {
    id: integer,
    kind: text<'person' | 'company'>(),
    name: text(),
    sort_name: text(),
    email: orNull(text()),
    company_id: orNull(integer),
    created_at: moment,
    owner_user_id: orNull(integer),
    owner_group_id: orNull(integer),
    activity: text<'active' | 'deleted'>(),
    emails: json,
    phones: json,
    address: text(),
    position: text(),
    description: text(),
    offer: json,
    email_key: orNull(text()),
    search_text: text(),
    account_bits: integer,
    version: integer,
    created_by: orNull(integer),
    form_key: orNull(text()),
  },
  device_lockouts: { ...counter, device: text(), agent: text(), locked_at: orNull(moment), last_attempt_at: moment },
  group_changes: { id: integer, group_id: integer },
  group_events: { group_id: integer, event_id: integer },
  group_permissions: { group_id: integer, application: text(), level },
  group_tags: { group_id: integer, tag_id: integer },
  groups: {
    id: integer,
    name: text(),
    name_key: text(),
    activity,
    description: text(),
    created_at: moment,
    leader_id: orNull(integer),
    version: integer,
    created_by: orNull(integer),
    name_twin: integer,
    deleted_from: deletedFrom,
  },
  heartbeat: { only: integer, at: moment },
  installation_mark: { only: integer, mark: text() },
  invitation_changes: { id: integer, link_id: integer },
  invitation_places: { link_id: integer, sort_name: text(), email_key: text(), created_at: moment },
  invitation_requests: { user_id: integer, asked_at: moment, asked_by: orNull(integer) },
  links: {
    id: integer,
    purpose: text<'invitation' | 'password-reset'>(),
    user_id: integer,
    nonce: text(),
    token_hash: text(),
    created_at: moment,
    created_by: orNull(integer),
    expires_at: moment,
    used_at: orNull(moment),
    ended_at: orNull(moment),
    channel: text<'mail' | 'copy'>(),
    opened_at: orNull(moment),
    refused_at: orNull(moment),
  },
  lockouts: { ...counter, locked_at: orNull(moment), last_attempt_at: orNull(moment) },
  login_attempts: {
    id: integer,
    user_id: orNull(integer),
    device: orNull(text()),
    locked_until: orNull(moment),
    at: moment,
    address: text(),
    agent: text(),
    outcome: text<'wrong password' | 'while locked' | 'may not sign in' | 'unknown name'>(),
  },
  memberships: {
    user_id: integer,
    group_id: integer,
    granted_at: moment,
    granted_by: orNull(integer),
    until_on: orNull(day),
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
  reset_requests: { id: integer, identifier: text(), requested_at: moment, address: text(), request_id: text() },
  running_exports: {
    id: integer,
    kind: text(),
    facts: json,
    actor_id: orNull(integer),
    actor_name: text(),
    address: text(),
    request_id: text(),
    rows: integer,
    seen_at: moment,
  },
  saved_views: {
    id: integer,
    owner_id: integer,
    name: text(),
    name_key: text(),
    address: text(),
    is_shared: flag,
  },
  secret_fingerprints: { name: text(), fingerprint: text() },
  server_settings: { only: integer, settings: json },
  sessions: {
    id_hash: text(),
    user_id: orNull(integer),
    data: json,
    address: text(),
    agent: text(),
    created_at: moment,
    seen_at: moment,
    expires_at: moment,
  },
  tags: { id: integer, name: text(), name_key: text() },
  user_changes: { id: integer, user_id: integer },
  user_events: { user_id: integer, event_id: integer },
  user_tags: { user_id: integer, tag_id: integer },
  users: {
    id: integer,
    name: text(),
    name_key: text(),
    sort_name: text(),
    email: text(),
    email_key: text(),
    activity,
    password_hash: orNull(text()),
    password_set_at: orNull(moment),
    no_shared_data: flag,
    expires_on: orNull(day),
    description: text(),
    contact_id: orNull(integer),
    contact_name: orNull(text()),
    contact_sort: orNull(text()),
    api_only: flag,
    api_only_reason: orNull(text()),
    api_only_owner_id: orNull(integer),
    api_only_review_on: orNull(day),
    search_text: text(),
    group_count: integer,
    last_login_at: orNull(moment),
    last_activity_at: orNull(moment),
    access_confirmed_at: orNull(moment),
    access_confirmed_by: orNull(integer),
    version: integer,
    created_at: moment,
    created_by: orNull(integer),
    name_twin: integer,
    email_twin: integer,
    time_zone: orNull(text()),
    list_columns: orNull(json),
    pinned_views: orNull(json),
    deleted_from: deletedFrom,
  },
} as const satisfies Record<string, Record<string, Column<unknown>>>;

type Tables = typeof TABLES;

/** What a left join gives of a row that may be missing. */
export type Left<Joined> = { [Name in keyof Joined]: Joined[Name] | null };

/** A row of the table as the database gives it: the store makes of it what the domain knows. */
export type Row<Table extends keyof Tables> = {
  -readonly [Name in keyof Tables[Table]]: Tables[Table][Name] extends Column<infer T> ? T : never;
};
