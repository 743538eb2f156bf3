-- Who lives in each of the old schemas: only columns that the first of them has.
insert into contacts (kind, name, sort_name, email, created_at) values
  ('company', 'Weiß & Söhne', 'weiss & sohne', 'Büro@weiss.example', '2026-10-01T08:00:00.000Z');
insert into contacts (kind, name, sort_name, email, company_id, created_at) values
  ('person', 'Alice Weiß', 'alice weiss', 'alice@example.com', 1, '2026-10-01T08:00:00.000Z'),
  ('person', 'Bob', 'bob', null, null, '2026-10-01T08:00:00.000Z');
insert into accounts (contact_id, type) values (1, 'customer'), (1, 'supplier'), (2, 'employee');
insert into users (name, name_key, sort_name, email, email_key, activity, password_hash, password_set_at, contact_id,
  contact_name, contact_sort, search_text, last_login_at, access_confirmed_at, access_confirmed_by, created_at, created_by)
values
  ('alice', 'alice', 'alice', 'alice@example.com', 'alice@example.com', 'active', 'a hash', '2026-10-01T09:00:00.000Z', 2,
    'Alice Weiß', 'alice weiss', 'alice alice@example.com alice weiss', '2026-10-02T09:00:00.000Z',
    '2026-10-03T09:00:00.000Z', 1, '2026-10-01T08:00:00.000Z', null),
  ('bob', 'bob', 'bob', 'bob@example.com', 'bob@example.com', 'deactivated', null, null, null,
    null, null, 'bob bob@example.com', null, '2026-10-03T09:00:00.000Z', 1, '2026-10-01T08:00:00.000Z', 1),
  -- With a letter that nobody sees, which the key kept once.
  ('car' || char(0x200b) || 'ol', 'car' || char(0x200b) || 'ol', 'carol', 'carol@example.com', 'carol@example.com', 'active',
    null, null, null, null, null, 'carol carol@example.com', null, null, null, '2026-10-01T08:00:00.000Z', 1);
insert into groups (name, name_key, description, created_at) values
  ('Administrators', 'administrators', 'All rights', '2026-10-01T08:00:00.000Z'),
  ('Sales', 'sales', '', '2026-10-01T08:00:00.000Z');
insert into group_permissions (group_id, application, level) values (1, 'users', 'write'), (1, 'groups', 'write');
insert into memberships (user_id, group_id, granted_at, granted_by) values
  (1, 1, '2026-10-01T08:00:00.000Z', null), (2, 2, '2026-10-01T08:00:00.000Z', 1), (3, 2, '2026-10-01T08:00:00.000Z', 1);
insert into tags (name, name_key) values ('sales', 'sales'), ('Süd', 'süd');
insert into user_tags (user_id, tag_id) values (1, 1), (3, 2);
insert into links (purpose, user_id, nonce, token_hash, created_at, created_by, expires_at) values
  ('invitation', 3, 'a nonce', 'a token hash', '2026-10-01T08:00:00.000Z', 1, '2026-10-04T08:00:00.000Z');
insert into lockouts (user_id, attempts, attempts_in_all, locked_until) values (1, 5, 5, '2026-10-02T08:00:00.000Z');
insert into login_attempts (user_id, at, address, agent, outcome) values
  (1, '2026-10-02T07:45:00.000Z', '192.0.2.1', 'Firefox', 'wrong password');
insert into sessions (id_hash, user_id, data, address, agent, created_at, seen_at, expires_at) values
  ('an id hash', 1, '{"userId":1}', '192.0.2.1', 'Firefox', '2026-10-02T09:00:00.000Z', '2026-10-02T09:00:00.000Z', '2026-10-02T17:00:00.000Z');
insert into audit_events (at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after, address, request_id, hash) values
  ('2026-10-01T08:00:00.000Z', null, 'setup', 'user.created', 'user', 1, 'alice', '{}', '{}', '192.0.2.1', 'r1', 'a hash');
insert into audit_head (only, event_id, hash, seal) values (1, 1, 'a hash', 'a seal');
