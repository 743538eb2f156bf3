// Keeps each table to one writer: whoever looks for what may change it reads one file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TABLES } from '../../src/db/tables.ts';

const source = join(import.meta.dirname, '../../src');

/** Whose each table is, as a path below `src`. */
const WRITERS: Record<keyof typeof TABLES, string> = {
  access_requests: 'asking/access-request-store.ts',
  accounts: 'contacts/contact-store.ts',
  address_limits: 'sessions/address-limiter.ts',
  api_answers: 'tokens/token-store.ts',
  applications: 'applications/application-store.ts',
  audit_days: 'audit/audit-summaries.ts',
  audit_events: 'audit/audit-store.ts',
  audit_head: 'audit/chain.ts',
  audit_operations: 'audit/audit-summaries.ts',
  audit_texts: 'audit/audit-texts.ts',
  bulk_operation_items: 'bulk-operations/bulk-item-store.ts',
  bulk_operation_pieces: 'bulk-operations/bulk-piece-store.ts',
  bulk_operations: 'bulk-operations/bulk-operation-store.ts',
  contact_changes: 'facets/following/feed.ts',
  contact_events: 'audit/audit-store.ts',
  contact_tags: 'tags/tag-store.ts',
  contacts: 'contacts/contact-store.ts',
  daily_figures: 'overview/daily-figure-store.ts',
  deputies: 'groups/deputy-store.ts',
  device_lockouts: 'sessions/lockout-store.ts',
  email_changes: 'one-time-links/email-change-store.ts',
  erasures: 'erasure/erasure-store.ts',
  factor_demands: 'second-factors/factor-demand-store.ts',
  group_changes: 'facets/following/feed.ts',
  group_events: 'audit/audit-store.ts',
  group_permissions: 'permissions/permission-store.ts',
  group_recounts: 'groups/recounting.ts',
  group_tags: 'tags/tag-store.ts',
  groups: 'groups/group-store.ts',
  heartbeat: 'installation/heartbeat.ts',
  idle_rule: 'idle-accounts/idle-rule-store.ts',
  idle_warnings: 'idle-accounts/idle-warning-store.ts',
  import_columns: 'import/remembered-columns.ts',
  import_keys: 'import/import-store.ts',
  import_lines: 'import/import-store.ts',
  import_plans: 'import/import-plan-store.ts',
  imports: 'import/import-store.ts',
  installation_mark: 'installation/data/installation-mark.ts',
  invitation_changes: 'facets/following/feed.ts',
  invitation_places: 'triggers alone',
  invitation_requests: 'invitations/invitation-request-store.ts',
  known_devices: 'sessions/known-device-store.ts',
  leaving_reminders: 'users/leaving-reminder-store.ts',
  links: 'one-time-links/one-time-link-store.ts',
  lockouts: 'sessions/lockout-store.ts',
  login_attempts: 'sessions/login-attempt-store.ts',
  memberships: 'memberships/membership-store.ts',
  moves: 'installation/data/moved-mark.ts',
  outbox: 'mail/outbox-store.ts',
  passkey_challenges: 'passkeys/challenge-store.ts',
  passkeys: 'passkeys/passkey-store.ts',
  provisioned_counts: 'triggers alone',
  provisioned_groups: 'provisioning/provisioned-group-store.ts',
  provisioned_users: 'provisioning/provisioned-user-store.ts',
  provisioned_values: 'provisioning/provisioned-user-store.ts',
  provisioning_calls: 'provisioning/call-store.ts',
  provisioning_clashes: 'provisioning/clash-store.ts',
  refusals: 'audit/refusal-store.ts',
  reset_requests: 'passwords/reset-request-store.ts',
  review_questions: 'reviews/question-store.ts',
  review_reviewers: 'reviews/reviewer-store.ts',
  reviews: 'reviews/review-store.ts',
  running_exports: 'export/running-export-store.ts',
  saved_views: 'saved-views/saved-view-store.ts',
  scheduled_operations: 'bulk-operations/schedule-store.ts',
  scheduled_users: 'bulk-operations/schedule-store.ts',
  sealed_requests: 'sessions/sealed-request-store.ts',
  second_factors: 'second-factors/second-factor-store.ts',
  secret_fingerprints: 'installation/secrets/secret-fingerprints.ts',
  server_settings: 'installation/server-settings.ts',
  sessions: 'sessions/session-store.ts',
  setup_link: 'setup/setup-link-store.ts',
  tags: 'tags/tag-store.ts',
  token_windows: 'tokens/token-windows.ts',
  tokens: 'tokens/token-store.ts',
  user_changes: 'facets/following/feed.ts',
  user_events: 'audit/audit-store.ts',
  user_tags: 'tags/tag-store.ts',
  users: 'users/user-store.ts',
  webhook_deliveries: 'webhooks/delivery-store.ts',
  webhooks: 'webhooks/webhook-store.ts',
  weekly_mails: 'weekly-mails/weekly-mail-store.ts',
};

/** Of a query that has a name: what ends in it. */
const DONE = /^(?:\s*\.\w+\([^;]*\))*?\s*\.(?:insert|update|delete|del|increment|decrement)\(/;
const WRITING = /\.(?:insert|update|delete|del|truncate|increment|decrement|merge)\(/;
/** One statement from the naming of a table on; names within it may be made up of parts. */
const NAMED = /\b(?:trx|db|writer|knex|into|from)\(\s*(['`])([^'`]+)\1\s*\)([^;]*)/g;
const IN_BULK = /\bbulkInsert(?:UnlessTaken)?(?:<[^;]*?>)?\(\s*trx,\s*(['`])([^'`]+)\1/g;

/** A query that is begun in one statement and may be carried out in another. */
const BEGUN = /\b(?:const|let) (\w+)[^=;]*=(?: await)? (?:\w+\()*trx\(\s*(['`])([^'`]+)\2\s*\)/g;

/** The findings, one line each; none where all is well. */
export function checkTables(folder = source): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files
    .filter((file) => !file.startsWith('db/'))
    .flatMap((file) =>
      [...writtenIn(readFileSync(join(folder, file), 'utf8'))].flatMap((table) => strays(file, table)),
    );
}

function writtenIn(text: string): Set<string> {
  const named = [...text.matchAll(NAMED)].filter(([, , , rest]) => WRITING.test(rest)).map(([, , table]) => table);
  const inBulk = [...text.matchAll(IN_BULK)].map(([, , table]) => table);
  const begun = [...text.matchAll(BEGUN)]
    .filter(([, name]) =>
      [...text.matchAll(new RegExp(`\\b${name}\\b([^;]*)`, 'g'))].some(([, rest]) => DONE.test(rest)),
    )
    .map(([, , , table]) => table);
  return new Set([...named, ...inBulk, ...begun].map((table) => table.split(' ')[0]));
}

/** A name that is made up stands for all that it may come to. */
function strays(file: string, table: string): string[] {
  const pattern = new RegExp(`^${table.replaceAll(/\$\{\w+\}/g, '\\w+')}$`);
  return Object.entries(WRITERS)
    .filter(([name, writer]) => pattern.test(name) && writer !== file)
    .map(([name, writer]) => `src/${file} writes the table ${name}, which is ${writer}'s`);
}
