import type { TABLES } from './tables.ts';

type Table = keyof typeof TABLES;
type ColumnOf<T extends Table> = keyof (typeof TABLES)[T] & string;

/** What becomes of a column, in a row of anybody's that names somebody who was erased. */
export type Found =
  /** The lines that name them are replaced. */
  | 'lines'
  /** The same in each text that the JSON holds; the names of its fields stay. */
  | 'json'
  /** In JSON of lists of cells each list that names them is emptied. */
  | 'cells'
  /** It is not given any more. */
  | 'not given'
  /** The row goes. */
  | 'row';

/** What stands in a table of whom. Every column of text stands in one of these, but for moments and days, which name nobody. */
export interface Kept<Column extends string = string> {
  /** Which rows are somebody's: those with their id here, and with these values besides. */
  of?: { column: Column; where?: Partial<Record<Column, unknown>> };
  /** Goes with the rows that are theirs. */
  goes?: Column[];
  /** The rows stay, with this in the place of what stood there. */
  blanked?: Partial<Record<Column, string | null>>;
  /** Looked through in all rows. */
  searched?: Partial<Record<Column, Found>>;
  /** Erased by the code of the feature that it belongs to. */
  apart?: Column[];
  /** Ends by itself within a day. */
  passing?: Column[];
  /** What is said of another record, by whoever keeps that record. */
  ofOthers?: Column[];
  /** Words, keys, hashes and ids of the program. */
  ofProgram?: Column[];
}

/**
 * Where personal data of users stands, and how each is erased: the one list that erasing goes by. A new column of text has to be entered here
 * before the tests pass.
 */
export const PERSONAL_DATA: { [T in Table]: Kept<ColumnOf<T>> } = {
  access_requests: {
    of: { column: 'user_id' },
    goes: ['reason', 'words'],
    searched: { reason: 'lines', words: 'lines' },
    ofProgram: ['application', 'level', 'answer'],
  },
  accounts: { ofProgram: ['type'] },
  address_limits: { passing: ['address'] },
  api_answers: {
    searched: { asked: 'row', headers: 'row', body: 'row' },
    ofProgram: ['key'],
  },
  applications: { ofOthers: ['name', 'description'], ofProgram: ['key'] },
  audit_days: {},
  audit_events: {
    apart: ['actor_name', 'subject_name', 'before', 'after', 'address', 'request_id'],
    ofProgram: ['action', 'subject_type', 'hash', 'seal'],
  },
  audit_head: { ofProgram: ['hash', 'seal'] },
  audit_operations: { ofProgram: ['action', 'subject_type'] },
  audit_texts: { apart: ['digest', 'salt', 'text'], ofProgram: ['subject_type'] },
  bulk_operation_items: {
    apart: ['reason', 'before', 'after'],
    searched: { reason: 'lines', before: 'json', after: 'json' },
    ofProgram: ['outcome'],
  },
  bulk_operation_pieces: { ofProgram: ['ids'] },
  bulk_operations: {
    of: { column: 'created_by' },
    blanked: { address: '' },
    searched: { view: 'not given', choices: 'json', tally: 'json', paused_for: 'lines' },
    ofProgram: ['action', 'subject_type', 'channel', 'moved_by_time'],
  },
  contact_changes: {},
  contact_events: {},
  contact_tags: {},
  contacts: {
    ofOthers: [
      'name',
      'sort_name',
      'email',
      'emails',
      'phones',
      'address',
      'position',
      'description',
      'offer',
      'email_key',
      'search_text',
    ],
    ofProgram: ['kind', 'activity', 'form_key'],
  },
  daily_figures: {},
  deputies: { of: { column: 'user_id' } },
  device_lockouts: { of: { column: 'user_id' }, goes: ['device', 'agent'] },
  email_changes: { of: { column: 'user_id' }, goes: ['email', 'nonce', 'token_hash'] },
  erasures: { apart: ['words'] },
  factor_demands: { of: { column: 'user_id' } },
  group_changes: {},
  group_events: {},
  group_permissions: { ofProgram: ['application', 'level'] },
  group_recounts: {},
  group_tags: {},
  groups: {
    of: { column: 'leader_id' },
    blanked: { leader_id: null },
    ofOthers: ['name', 'name_key', 'description'],
    ofProgram: ['activity', 'deleted_from'],
  },
  heartbeat: {},
  idle_rule: { searched: { paused_for: 'lines' }, ofProgram: ['zone', 'done_on'] },
  idle_warnings: { of: { column: 'user_id' }, goes: ['address'] },
  import_columns: { of: { column: 'user_id' }, goes: ['head'], ofProgram: ['kind', 'meaning'] },
  import_keys: { searched: { key: 'row' }, ofProgram: ['lines'] },
  import_lines: { searched: { lines: 'cells' } },
  import_plans: {
    apart: ['name', 'change', 'told', 'reason', 'new_email'],
    searched: { name: 'row', change: 'row', told: 'row', reason: 'row', new_email: 'row' },
    ofProgram: ['kind'],
  },
  imports: {
    searched: { file_name: 'lines', choices: 'json', problem: 'lines' },
    ofOthers: ['heads'],
    ofProgram: ['kind', 'state', 'counts'],
  },
  installation_mark: { ofProgram: ['mark'] },
  invitation_changes: {},
  // Follows from the links and the users.
  invitation_places: { goes: ['sort_name', 'email_key'] },
  invitation_requests: { of: { column: 'user_id' } },
  known_devices: { of: { column: 'user_id' }, goes: ['device', 'agent', 'address', 'token_hash'] },
  leaving_reminders: { of: { column: 'user_id' } },
  links: { of: { column: 'user_id' }, goes: ['nonce', 'token_hash'], ofProgram: ['purpose', 'channel'] },
  lockouts: { of: { column: 'user_id' } },
  login_attempts: { of: { column: 'user_id' }, goes: ['device', 'address', 'agent'], ofProgram: ['outcome'] },
  memberships: { of: { column: 'user_id' } },
  moves: { ofProgram: ['id', 'side', 'place', 'progress', 'resting'] },
  outbox: {
    of: { column: 'user_id' },
    goes: ['address'],
    searched: { facts: 'json', answer: 'lines' },
    ofProgram: ['kind'],
  },
  passkey_challenges: { passing: ['challenge', 'browser'], ofProgram: ['purpose'] },
  passkeys: {
    of: { column: 'user_id' },
    goes: ['credential_id', 'public_key', 'counter', 'relying_party', 'name', 'transports'],
  },
  provisioned_counts: { ofProgram: ['activity'] },
  provisioned_groups: { ofOthers: ['external_id'], ofProgram: ['activity'] },
  provisioned_users: {
    of: { column: 'user_id' },
    goes: ['user_name', 'user_name_key', 'external_id', 'attributes'],
    ofProgram: ['activity'],
  },
  provisioned_values: { of: { column: 'user_id' }, goes: ['path', 'value'] },
  provisioning_calls: {
    of: { column: 'provisioner_id' },
    blanked: { address: '' },
    searched: { request: 'lines', words: 'lines' },
  },
  provisioning_clashes: {
    of: { column: 'subject_id', where: { kind: 'user' } },
    goes: ['external_id'],
    searched: { name: 'lines' },
    ofProgram: ['kind', 'reason', 'decision'],
  },
  refusals: { of: { column: 'user_id' }, goes: ['kind', 'request', 'reason', 'address', 'request_id'] },
  reset_requests: { searched: { identifier: 'row' }, passing: ['address', 'request_id'] },
  // What was answered about whom is evidence: ids, moments and states, with a digest over all of it.
  review_questions: { ofProgram: ['group_ids', 'answer', 'facts'] },
  review_reviewers: {},
  reviews: { ofOthers: ['question', 'view'], ofProgram: ['asks', 'named', 'silence', 'digest'] },
  running_exports: { passing: ['facts', 'actor_name', 'address'], ofProgram: ['kind', 'request_id'] },
  saved_views: {
    of: { column: 'owner_id', where: { is_shared: false } },
    searched: { name: 'lines', address: 'row' },
    ofOthers: ['name_key'],
  },
  scheduled_operations: { searched: { waits_for: 'lines' } },
  scheduled_users: { of: { column: 'user_id' } },
  sealed_requests: {
    of: { column: 'user_id' },
    passing: ['handle_hash', 'session_hash', 'method', 'path', 'body'],
  },
  second_factors: {
    of: { column: 'user_id' },
    goes: ['nonce', 'recovery_nonce', 'recovery_used', 'next_nonce'],
  },
  secret_fingerprints: { ofProgram: ['name', 'fingerprint'] },
  server_settings: { ofProgram: ['settings'] },
  sessions: { of: { column: 'user_id' }, goes: ['id_hash', 'data', 'address', 'agent'] },
  setup_link: { ofProgram: ['token_hash'] },
  tags: { ofOthers: ['name', 'name_key'] },
  token_windows: {},
  tokens: {
    of: { column: 'user_id' },
    blanked: { name: 'erased', beginning: '', scopes: '[]', addresses: '[]', last_used_from: null },
    ofProgram: ['hash'],
  },
  user_changes: {},
  user_events: {},
  user_tags: { of: { column: 'user_id' } },
  users: {
    apart: [
      'name',
      'name_key',
      'sort_name',
      'email',
      'email_key',
      'password_hash',
      'description',
      'contact_name',
      'contact_sort',
      'api_only_reason',
      'search_text',
      'time_zone',
      'theme',
      'date_order',
      'list_columns',
      'pinned_views',
      'confirmed_email',
    ],
    ofProgram: ['activity', 'deleted_from'],
  },
  webhook_deliveries: { searched: { answer: 'lines' }, ofProgram: ['message_id', 'kind'] },
  weekly_mails: { of: { column: 'user_id' } },
  webhooks: {
    searched: { disabled_why: 'lines' },
    ofOthers: ['name', 'address'],
    ofProgram: ['kinds', 'nonce', 'former_nonce'],
  },
};
