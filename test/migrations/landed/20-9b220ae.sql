-- The schema as it was when 9b220ae had landed.
CREATE TABLE `migrations` (`id` integer not null primary key autoincrement, `name` varchar(255), `batch` integer, `migration_time` datetime);
CREATE TABLE `migrations_lock` (`index` integer not null primary key autoincrement, `is_locked` integer);
CREATE TABLE `contacts` (`id` integer not null primary key autoincrement, `kind` text not null constraint contacts_kind check (`kind` in ('person','company')), `name` text not null, `sort_name` text not null, `email` text, `company_id` integer, `created_at` text not null, owner_user_id integer references users (id), owner_group_id integer references groups (id) check (owner_group_id is null or owner_user_id is null), activity text not null default 'active' check (activity in ('active', 'deleted')), emails text not null default '[]', phones text not null default '[]', address text not null default '', position text not null default '', description text not null default '', offer text not null default '{}', email_key text, search_text text not null default '', account_bits integer not null default 0, version integer not null default 1, created_by integer references users (id), form_key text, foreign key(`company_id`) references `contacts`(`id`));
CREATE TABLE `accounts` (`contact_id` integer not null, `type` text not null constraint accounts_type check (`type` in ('customer','supplier','prospect','competitor','employee')), foreign key(`contact_id`) references `contacts`(`id`), primary key (`contact_id`, `type`));
CREATE TABLE `users` (`id` integer not null primary key autoincrement, `name` text not null, `name_key` text not null, `sort_name` text not null, `email` text not null, `email_key` text not null, `activity` text not null default 'active' constraint users_activity check (`activity` in ('active','deactivated','deleted')), `password_hash` text, `password_set_at` text, `no_shared_data` boolean not null default '0', `expires_on` text, `description` text not null default '', `contact_id` integer, `contact_name` text, `contact_sort` text, `api_only` boolean not null default '0', `api_only_reason` text, `api_only_owner_id` integer, `api_only_review_on` text, `search_text` text not null, `group_count` integer not null default '0', `last_login_at` text, `last_activity_at` text, `access_confirmed_at` text, `access_confirmed_by` integer, `version` integer not null default '1', `created_at` text not null, `created_by` integer, name_twin integer not null default 0, email_twin integer not null default 0, time_zone text, deleted_from text check (deleted_from in ('active', 'deactivated')), foreign key(`contact_id`) references `contacts`(`id`), foreign key(`api_only_owner_id`) references `users`(`id`), foreign key(`created_by`) references `users`(`id`));
CREATE INDEX `users_by_name` on `users` (`sort_name`, `id`);
CREATE INDEX `users_by_email` on `users` (`email_key`, `id`);
CREATE INDEX `users_by_contact` on `users` (`contact_sort`, `id`);
CREATE INDEX `users_by_last_login` on `users` (`last_login_at`, `id`);
CREATE INDEX `users_by_groups` on `users` (`group_count`, `id`);
CREATE INDEX `users_by_no_shared_data` on `users` (`no_shared_data`, `id`);
CREATE UNIQUE INDEX users_unique_contact_id on users (contact_id) where activity <> 'deleted';
CREATE TABLE `groups` (`id` integer not null primary key autoincrement, `name` text not null, `name_key` text not null, `activity` text not null default 'active' constraint groups_activity check (`activity` in ('active','deactivated','deleted')), `description` text not null default '', `created_at` text not null, leader_id integer references users (id), version integer not null default 1, created_by integer references users (id), name_twin integer not null default 0, deleted_from text check (deleted_from in ('active', 'deactivated')));
CREATE TABLE `group_permissions` (`group_id` integer not null, `application` text not null, `level` text not null constraint group_permissions_level check (`level` in ('read','write')), foreign key(`group_id`) references `groups`(`id`), primary key (`group_id`, `application`));
CREATE TABLE `memberships` (`user_id` integer not null, `group_id` integer not null, `granted_at` text not null, `granted_by` integer, until_on text, foreign key(`user_id`) references `users`(`id`), foreign key(`group_id`) references `groups`(`id`), foreign key(`granted_by`) references `users`(`id`), primary key (`user_id`, `group_id`));
CREATE INDEX `memberships_by_group` on `memberships` (`group_id`, `user_id`);
CREATE TRIGGER memberships_count_insert after insert on memberships
    begin update users set group_count = group_count + 1 where id = new.user_id; end;
CREATE TRIGGER memberships_count_delete after delete on memberships
    begin update users set group_count = group_count - 1 where id = old.user_id; end;
CREATE TABLE `tags` (`id` integer not null primary key autoincrement, `name` text not null, `name_key` text not null);
CREATE UNIQUE INDEX `tags_unique_name_key` on `tags` (`name_key`);
CREATE TABLE `user_tags` (`user_id` integer not null, `tag_id` integer not null, foreign key(`user_id`) references `users`(`id`), foreign key(`tag_id`) references `tags`(`id`), primary key (`user_id`, `tag_id`));
CREATE INDEX `user_tags_by_tag` on `user_tags` (`tag_id`, `user_id`);
CREATE TABLE `links` (`id` integer not null primary key autoincrement, `purpose` text not null constraint links_purpose check (`purpose` in ('invitation','password-reset')), `user_id` integer not null, `nonce` text not null, `token_hash` text not null, `created_at` text not null, `created_by` integer, `expires_at` text not null, `used_at` text, `ended_at` text, channel text not null default 'copy' check (channel in ('mail', 'copy')), opened_at text, `refused_at` text, foreign key(`user_id`) references `users`(`id`), foreign key(`created_by`) references `users`(`id`));
CREATE INDEX `links_by_user` on `links` (`user_id`);
CREATE UNIQUE INDEX `links_unique_token_hash` on `links` (`token_hash`);
CREATE UNIQUE INDEX links_one_open on links (user_id, purpose) where used_at is null and ended_at is null;
CREATE TABLE `lockouts` (`user_id` integer, `attempts` integer not null, `attempts_in_all` integer not null, `locked_until` text, `step` integer not null default '0', `locked_at` text, `last_attempt_at` text, foreign key(`user_id`) references `users`(`id`), primary key (`user_id`));
CREATE TABLE `sessions` (`id_hash` text, `user_id` integer, `data` text not null, `address` text not null, `agent` text not null, `created_at` text not null, `seen_at` text not null, `expires_at` text not null, foreign key(`user_id`) references `users`(`id`), primary key (`id_hash`));
CREATE INDEX `sessions_by_user` on `sessions` (`user_id`);
CREATE INDEX `sessions_by_expiry` on `sessions` (`expires_at`);
CREATE TABLE `audit_events` (`id` integer not null primary key autoincrement, `at` text not null, `actor_id` integer, `actor_name` text not null, `action` text not null, `subject_type` text not null, `subject_id` integer, `subject_name` text not null, `before` text not null, `after` text not null, `address` text not null, `request_id` text not null, `hash` text not null);
CREATE INDEX `audit_events_by_subject` on `audit_events` (`subject_type`, `subject_id`, `id`);
CREATE INDEX `audit_events_by_actor` on `audit_events` (`actor_name`, `id`);
CREATE INDEX `audit_events_by_subject_name` on `audit_events` (`subject_name`, `id`);
CREATE INDEX `audit_events_by_action` on `audit_events` (`action`, `id`);
CREATE INDEX `audit_events_by_time` on `audit_events` (`at`, `id`);
CREATE TABLE `audit_head` (`only` integer constraint audit_head_one_row check (`only` in ('1')), `event_id` integer not null, `hash` text not null, `seal` text not null, primary key (`only`));
CREATE TRIGGER audit_events_refuse_update before update on audit_events
      begin select raise(abort, 'audit events are never changed'); end;
CREATE TRIGGER audit_events_refuse_delete before delete on audit_events
      begin select raise(abort, 'audit events are never changed'); end;
CREATE INDEX users_by_text on users (search_text);
CREATE VIRTUAL TABLE users_search using fts5(search_text, content='users', content_rowid='id', tokenize='trigram', detail='none');
CREATE TRIGGER users_search_insert after insert on users
    begin insert into users_search(rowid, search_text) values (new.id, new.search_text); end;
CREATE TRIGGER users_search_update after update of search_text on users when new.search_text <> old.search_text
    begin
      insert into users_search(users_search, rowid, search_text) values ('delete', old.id, old.search_text);
      insert into users_search(rowid, search_text) values (new.id, new.search_text);
    end;
CREATE TABLE `user_changes` (`id` integer not null primary key autoincrement, `user_id` integer not null);
CREATE TRIGGER users_changed_insert after insert on users
        begin insert into user_changes(user_id) values (new.id); end;
CREATE TRIGGER users_changed_update after update on users
        begin insert into user_changes(user_id) values (new.id); end;
CREATE TRIGGER users_changed_delete after delete on users
        begin insert into user_changes(user_id) values (old.id); end;
CREATE TRIGGER memberships_changed_insert after insert on memberships
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER memberships_changed_update after update on memberships
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER memberships_changed_delete after delete on memberships
        begin insert into user_changes(user_id) values (old.user_id); end;
CREATE TRIGGER user_tags_changed_insert after insert on user_tags
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER user_tags_changed_update after update on user_tags
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER user_tags_changed_delete after delete on user_tags
        begin insert into user_changes(user_id) values (old.user_id); end;
CREATE TRIGGER links_changed_insert after insert on links
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER links_changed_update after update on links
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER links_changed_delete after delete on links
        begin insert into user_changes(user_id) values (old.user_id); end;
CREATE TRIGGER lockouts_changed_insert after insert on lockouts
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER lockouts_changed_update after update on lockouts
        begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TRIGGER lockouts_changed_delete after delete on lockouts
        begin insert into user_changes(user_id) values (old.user_id); end;
CREATE TABLE `bulk_operations` (`id` integer not null primary key autoincrement, `action` text not null, `created_by` integer not null, `created_at` text not null, `view` text, `shown` integer, `shown_change` integer, `frozen_change` integer, `executed_at` text, subject_type text not null default 'user', foreign key(`created_by`) references `users`(`id`));
CREATE INDEX `bulk_operations_by_creator` on `bulk_operations` (`created_by`, `id`);
CREATE TABLE `heartbeat` (`only` integer constraint heartbeat_one_row check (`only` in ('1')), `at` text not null, primary key (`only`));
CREATE INDEX links_by_purpose on links (purpose, id);
CREATE TABLE `outbox` (`id` integer not null primary key autoincrement, `kind` text not null, `user_id` integer not null, `link_id` integer, `address` text not null, `facts` text not null default '{}', `created_at` text not null, `try_until` text not null, `attempts` integer not null default '0', `next_at` text not null, `sent_at` text, `failed_at` text, `answer` text not null default '', foreign key(`user_id`) references `users`(`id`), foreign key(`link_id`) references `links`(`id`));
CREATE INDEX `outbox_by_user` on `outbox` (`user_id`, `id`);
CREATE INDEX outbox_due on outbox (next_at) where sent_at is null and failed_at is null;
CREATE UNIQUE INDEX outbox_one_invitation on outbox (link_id) where kind = 'invitation';
CREATE TRIGGER outbox_changed_update after update of failed_at on outbox
    begin insert into user_changes(user_id) values (new.user_id); end;
CREATE TABLE `reset_requests` (`id` integer not null primary key autoincrement, `identifier` text not null, `requested_at` text not null, `address` text not null, `request_id` text not null);
CREATE TABLE `device_lockouts` (`user_id` integer not null, `device` text not null, `agent` text not null, `attempts` integer not null, `attempts_in_all` integer not null, `step` integer not null default '0', `locked_at` text, `locked_until` text, `last_attempt_at` text not null, foreign key(`user_id`) references `users`(`id`), primary key (`user_id`, `device`));
CREATE INDEX `device_lockouts_by_last_attempt` on `device_lockouts` (`last_attempt_at`);
CREATE TABLE `login_attempts` (`id` integer not null primary key autoincrement, `user_id` integer, `device` text, `locked_until` text, `at` text not null, `address` text not null, `agent` text not null, `outcome` text not null, foreign key(`user_id`) references `users`(`id`));
CREATE INDEX `login_attempts_by_user` on `login_attempts` (`user_id`, `id`);
CREATE TABLE `address_limits` (`address` text, `taken` integer not null, `ends_at` text not null, primary key (`address`));
CREATE INDEX `address_limits_by_end` on `address_limits` (`ends_at`);
CREATE TABLE `group_tags` (`group_id` integer not null, `tag_id` integer not null, foreign key(`group_id`) references `groups`(`id`), foreign key(`tag_id`) references `tags`(`id`), primary key (`group_id`, `tag_id`));
CREATE INDEX `group_tags_by_tag` on `group_tags` (`tag_id`, `group_id`);
CREATE TABLE `group_events` (`group_id` integer not null, `event_id` integer not null, primary key (`group_id`, `event_id`));
CREATE INDEX contacts_by_name on contacts (sort_name, id);
CREATE INDEX contacts_by_email on contacts (email_key, id);
CREATE INDEX contacts_by_creation on contacts (created_at, id);
CREATE INDEX contacts_by_cell on contacts (owner_user_id, owner_group_id, activity, kind, account_bits);
CREATE INDEX contacts_by_owner_group on contacts (owner_group_id) where owner_group_id is not null;
CREATE UNIQUE INDEX contacts_unique_form_key on contacts (form_key) where form_key is not null;
CREATE INDEX contacts_by_company on contacts (company_id) where company_id is not null;
CREATE INDEX users_by_contact_id on users (contact_id) where contact_id is not null;
CREATE TABLE `contact_tags` (`contact_id` integer not null, `tag_id` integer not null, foreign key(`contact_id`) references `contacts`(`id`), foreign key(`tag_id`) references `tags`(`id`), primary key (`contact_id`, `tag_id`));
CREATE INDEX `contact_tags_by_tag` on `contact_tags` (`tag_id`, `contact_id`);
CREATE TABLE `contact_events` (`contact_id` integer not null, `event_id` integer not null, primary key (`contact_id`, `event_id`));
CREATE VIRTUAL TABLE contacts_search using fts5(search_text, content='contacts', content_rowid='id', tokenize='trigram', detail='none');
CREATE TRIGGER contacts_search_insert after insert on contacts
    begin insert into contacts_search(rowid, search_text) values (new.id, new.search_text); end;
CREATE TRIGGER contacts_search_update after update of search_text on contacts when new.search_text <> old.search_text
    begin
      insert into contacts_search(contacts_search, rowid, search_text) values ('delete', old.id, old.search_text);
      insert into contacts_search(rowid, search_text) values (new.id, new.search_text);
    end;
CREATE TRIGGER accounts_kept_insert after insert on accounts
    begin
      update contacts set account_bits = account_bits | case new.type when 'customer' then 1 when 'supplier' then 2 when 'prospect' then 4 when 'competitor' then 8 else 16 end where id = new.contact_id;
      insert into user_changes(user_id) select users.id from users where users.contact_id = new.contact_id
    union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = new.contact_id;
    end;
CREATE TRIGGER accounts_kept_delete after delete on accounts
    begin
      update contacts set account_bits = account_bits & ~case old.type when 'customer' then 1 when 'supplier' then 2 when 'prospect' then 4 when 'competitor' then 8 else 16 end where id = old.contact_id;
      insert into user_changes(user_id) select users.id from users where users.contact_id = old.contact_id
    union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = old.contact_id;
    end;
CREATE TRIGGER contacts_changed_update after update of company_id, activity on contacts
    begin insert into user_changes(user_id) select users.id from users where users.contact_id = new.id
    union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = new.id; end;
CREATE TABLE `bulk_operation_items` (`operation_id` integer not null, `subject_id` integer not null, `outcome` text constraint bulk_operation_items_outcome check (`outcome` in ('changed','left out')), `reason` text not null default '', `before` text not null default '{}', foreign key(`operation_id`) references `bulk_operations`(`id`), primary key (`operation_id`, `subject_id`));
CREATE TRIGGER groups_count_deletion after update of activity on groups
    when (old.activity = 'deleted') <> (new.activity = 'deleted')
    begin update users set group_count = group_count + case new.activity when 'deleted' then -1 else 1 end
      where id in (select user_id from memberships where group_id = new.id); end;
CREATE INDEX groups_by_leader on groups (leader_id) where leader_id is not null;
CREATE INDEX memberships_by_end on memberships (until_on) where until_on is not null;
CREATE TABLE `applications` (`id` integer not null primary key autoincrement, `key` text not null, `name` text not null, `description` text not null default '', `version` integer not null default '1', `created_at` text not null, `created_by` integer, foreign key(`created_by`) references `users`(`id`));
CREATE UNIQUE INDEX `applications_unique_key` on `applications` (`key`);
CREATE TABLE `secret_fingerprints` (`name` text, `fingerprint` text not null, primary key (`name`));
CREATE TABLE `server_settings` (`only` integer constraint server_settings_one_row check (`only` in ('1')), `settings` text not null, primary key (`only`));
CREATE TABLE `invitation_requests` (`user_id` integer, `asked_at` text not null, `asked_by` integer, foreign key(`user_id`) references `users`(`id`), foreign key(`asked_by`) references `users`(`id`), primary key (`user_id`));
CREATE INDEX `invitation_requests_by_time` on `invitation_requests` (`asked_at`);
CREATE TABLE `refusals` (`user_id` integer not null, `kind` text not null, `minute` text not null, `told` integer not null, `untold` integer not null, `request` text not null, `reason` text not null, `address` text not null, `request_id` text not null, foreign key(`user_id`) references `users`(`id`), primary key (`user_id`, `kind`));
CREATE INDEX `refusals_by_minute` on `refusals` (`minute`);
CREATE UNIQUE INDEX users_unique_name_key on users (name_key, name_twin) where activity <> 'deleted';
CREATE INDEX users_name_twins on users (name_twin) where name_twin <> 0;
CREATE UNIQUE INDEX users_unique_email_key on users (email_key, email_twin) where activity <> 'deleted';
CREATE INDEX users_email_twins on users (email_twin) where email_twin <> 0;
CREATE UNIQUE INDEX groups_unique_name_key on groups (name_key, name_twin) where activity <> 'deleted';
CREATE INDEX groups_name_twins on groups (name_twin) where name_twin <> 0;
CREATE TABLE `user_events` (`user_id` integer not null, `event_id` integer not null, primary key (`user_id`, `event_id`));
insert into migrations ("id", "name", "batch", "migration_time") values (1, '0001-contacts', 1, 1795697384686);
insert into migrations ("id", "name", "batch", "migration_time") values (2, '0002-users', 2, 1795697384704);
insert into migrations ("id", "name", "batch", "migration_time") values (3, '0003-groups', 3, 1795697384720);
insert into migrations ("id", "name", "batch", "migration_time") values (4, '0004-tags', 4, 1795697384728);
insert into migrations ("id", "name", "batch", "migration_time") values (5, '0005-links', 5, 1795697384736);
insert into migrations ("id", "name", "batch", "migration_time") values (6, '0006-lockouts', 6, 1795697384748);
insert into migrations ("id", "name", "batch", "migration_time") values (7, '0007-sessions', 7, 1795697384758);
insert into migrations ("id", "name", "batch", "migration_time") values (8, '0008-audit', 8, 1795697384771);
insert into migrations ("id", "name", "batch", "migration_time") values (9, '0009-search', 9, 1795697384801);
insert into migrations ("id", "name", "batch", "migration_time") values (10, '0010-user-changes', 10, 1795697384813);
insert into migrations ("id", "name", "batch", "migration_time") values (11, '0011-bulk-operations', 11, 1795697384821);
insert into migrations ("id", "name", "batch", "migration_time") values (12, '0012-heartbeat', 12, 1795697384828);
insert into migrations ("id", "name", "batch", "migration_time") values (13, '0013-outbox', 13, 1795697384835);
insert into migrations ("id", "name", "batch", "migration_time") values (14, '0014-lock-steps', 14, 1795697384842);
insert into migrations ("id", "name", "batch", "migration_time") values (15, '0015-known-devices', 15, 1795697384851);
insert into migrations ("id", "name", "batch", "migration_time") values (16, '0016-address-limits', 16, 1795697384856);
insert into migrations ("id", "name", "batch", "migration_time") values (17, '0017-membership-until', 17, 1795697384863);
insert into migrations ("id", "name", "batch", "migration_time") values (18, '0018-group-details', 18, 1795697384869);
insert into migrations ("id", "name", "batch", "migration_time") values (19, '0019-group-events', 19, 1795697384873);
insert into migrations ("id", "name", "batch", "migration_time") values (20, '0020-contact-details', 20, 1795697384889);
insert into migrations ("id", "name", "batch", "migration_time") values (21, '0021-confirmed-by', 21, 1795697384895);
insert into migrations ("id", "name", "batch", "migration_time") values (22, '0022-group-life-cycle', 22, 1795697384909);
insert into migrations ("id", "name", "batch", "migration_time") values (23, '0023-applications', 23, 1795697384922);
insert into migrations ("id", "name", "batch", "migration_time") values (24, '0024-one-schema', 24, 1795697384931);
insert into migrations ("id", "name", "batch", "migration_time") values (25, '0025-installation', 25, 1795697384937);
insert into migrations ("id", "name", "batch", "migration_time") values (26, '0026-requests-and-refusals', 26, 1795697384947);
insert into migrations ("id", "name", "batch", "migration_time") values (27, '0027-refused-links', 27, 1795697384954);
insert into migrations ("id", "name", "batch", "migration_time") values (28, '0028-one-key', 28, 1795697384970);
insert into migrations ("id", "name", "batch", "migration_time") values (29, '0029-time-zones', 29, 1795697384981);
insert into migrations ("id", "name", "batch", "migration_time") values (30, '0030-deleted-from', 30, 1795697384987);
insert into migrations ("id", "name", "batch", "migration_time") values (31, '0031-user-events', 31, 1795697384994);
insert into migrations_lock ("index", "is_locked") values (1, 0);
