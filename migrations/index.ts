import type { Knex } from 'knex';
import * as contacts from './0001-contacts.ts';
import * as users from './0002-users.ts';
import * as groups from './0003-groups.ts';
import * as tags from './0004-tags.ts';
import * as links from './0005-links.ts';
import * as lockouts from './0006-lockouts.ts';
import * as sessions from './0007-sessions.ts';
import * as audit from './0008-audit.ts';
import * as search from './0009-search.ts';
import * as userChanges from './0010-user-changes.ts';
import * as bulkOperations from './0011-bulk-operations.ts';
import * as heartbeat from './0012-heartbeat.ts';
import * as outbox from './0013-outbox.ts';
import * as lockSteps from './0014-lock-steps.ts';
import * as knownDevices from './0015-known-devices.ts';
import * as addressLimits from './0016-address-limits.ts';
import * as membershipUntil from './0017-membership-until.ts';
import * as groupDetails from './0018-group-details.ts';
import * as groupEvents from './0019-group-events.ts';
import * as contactDetails from './0020-contact-details.ts';
import * as confirmedBy from './0021-confirmed-by.ts';
import * as groupLifeCycle from './0022-group-life-cycle.ts';
import * as applications from './0023-applications.ts';
import * as oneSchema from './0024-one-schema.ts';
import * as installation from './0025-installation.ts';
import * as requestsAndRefusals from './0026-requests-and-refusals.ts';
import * as refusedLinks from './0027-refused-links.ts';
import * as oneKey from './0028-one-key.ts';
import * as timeZones from './0029-time-zones.ts';
import * as deletedFrom from './0030-deleted-from.ts';
import * as userEvents from './0031-user-events.ts';
import * as auditTexts from './0032-audit-texts.ts';
import * as undoing from './0033-undoing.ts';
import * as contactChanges from './0034-contact-changes.ts';
import * as auditLists from './0035-audit-lists.ts';
import * as groupChanges from './0036-group-changes.ts';
import * as invitationLists from './0037-invitation-lists.ts';
import * as contactList from './0038-contact-list.ts';
import * as naturalOrder from './0039-natural-order.ts';
import * as exceptions from './0040-exceptions.ts';
import * as listColumns from './0041-list-columns.ts';
import * as savedViews from './0042-saved-views.ts';
import * as wholeLists from './0043-whole-lists.ts';
import * as exports from './0044-exports.ts';
import * as imports from './0045-imports.ts';
import * as confirmedEmails from './0046-confirmed-emails.ts';
import * as deletedApart from './0047-deleted-apart.ts';
import * as namesOfWords from './0048-names-of-words.ts';
import * as theme from './0050-theme.ts';
import * as emailChanges from './0051-email-changes.ts';
import * as securityFigures from './0052-security-figures.ts';
import * as secondFactors from './0053-second-factors.ts';
import * as confirmations from './0054-confirmations.ts';
import * as passkeys from './0055-passkeys.ts';
import * as demandedFactors from './0056-demanded-factors.ts';
import * as knownDevicesKept from './0057-known-devices.ts';
import * as setupLink from './0058-setup-link.ts';
import * as numberedAlone from './0059-numbered-alone.ts';
import * as moves from './0060-moves.ts';
import * as emailsOfPrograms from './0061-emails-of-programs.ts';
import * as tokens from './0062-tokens.ts';
import * as fedByFactors from './0063-fed-by-factors.ts';
import * as dateOrder from './0064-date-order.ts';
import * as provisioning from './0065-provisioning.ts';
import * as events from './0066-events.ts';
import * as begunByTokens from './0067-begun-by-tokens.ts';
import * as leavingToTheMinute from './0068-leaving-to-the-minute.ts';
import * as starting from './0069-starting.ts';
import * as scheduledOperations from './0070-scheduled-operations.ts';
import * as leavingReminders from './0071-leaving-reminders.ts';
import * as draftsAndCompanies from './0072-drafts-and-companies.ts';
import * as factorInPlace from './0074-factor-in-place.ts';
import * as linksByCreator from './0075-links-by-creator.ts';
import * as erasures from './0077-erasures.ts';
import * as mailsByAge from './0078-mails-by-age.ts';
import * as reviews from './0079-reviews.ts';
import * as idleAccounts from './0082-idle-accounts.ts';
import * as overview from './0083-overview.ts';
import * as accessRequests from './0084-access-requests.ts';
import * as deputies from './0085-deputies.ts';
import * as partsOfOperations from './0086-parts-of-operations.ts';
import * as textsByOwner from './0090-texts-by-owner.ts';
import * as contactsFedByDeletions from './0091-contacts-fed-by-deletions.ts';
import * as groupsCountedInPieces from './0092-groups-counted-in-pieces.ts';
import * as namesOfNow from './0093-names-of-now.ts';
import * as postgresBaseline from './postgres/baseline.ts';

/** In the order in which they run. A landed migration is never edited or renamed: see frozen.sha256. */
export const migrations: Record<string, Knex.Migration> = {
  '0001-contacts': contacts,
  '0002-users': users,
  '0003-groups': groups,
  '0004-tags': tags,
  '0005-links': links,
  '0006-lockouts': lockouts,
  '0007-sessions': sessions,
  '0008-audit': audit,
  '0009-search': search,
  '0010-user-changes': userChanges,
  '0011-bulk-operations': bulkOperations,
  '0012-heartbeat': heartbeat,
  '0013-outbox': outbox,
  '0014-lock-steps': lockSteps,
  '0015-known-devices': knownDevices,
  '0016-address-limits': addressLimits,
  '0017-membership-until': membershipUntil,
  '0018-group-details': groupDetails,
  '0019-group-events': groupEvents,
  '0020-contact-details': contactDetails,
  '0021-confirmed-by': confirmedBy,
  '0022-group-life-cycle': groupLifeCycle,
  '0023-applications': applications,
  '0024-one-schema': oneSchema,
  '0025-installation': installation,
  '0026-requests-and-refusals': requestsAndRefusals,
  '0027-refused-links': refusedLinks,
  '0028-one-key': oneKey,
  '0029-time-zones': timeZones,
  '0030-deleted-from': deletedFrom,
  '0031-user-events': userEvents,
  '0032-audit-texts': auditTexts,
  '0033-undoing': undoing,
  '0034-contact-changes': contactChanges,
  '0035-audit-lists': auditLists,
  '0036-group-changes': groupChanges,
  '0037-invitation-lists': invitationLists,
  '0038-contact-list': contactList,
  '0039-natural-order': naturalOrder,
  '0040-exceptions': exceptions,
  '0041-list-columns': listColumns,
  '0042-saved-views': savedViews,
  '0043-whole-lists': wholeLists,
  '0044-exports': exports,
  '0045-imports': imports,
  '0046-confirmed-emails': confirmedEmails,
  '0047-deleted-apart': deletedApart,
  '0048-names-of-words': namesOfWords,
  '0050-theme': theme,
  '0051-email-changes': emailChanges,
  '0052-security-figures': securityFigures,
  '0053-second-factors': secondFactors,
  '0054-confirmations': confirmations,
  '0055-passkeys': passkeys,
  '0056-demanded-factors': demandedFactors,
  '0057-known-devices': knownDevicesKept,
  '0058-setup-link': setupLink,
  '0059-numbered-alone': numberedAlone,
  '0060-moves': moves,
  '0061-emails-of-programs': emailsOfPrograms,
  '0062-tokens': tokens,
  '0063-fed-by-factors': fedByFactors,
  '0064-date-order': dateOrder,
  '0065-provisioning': provisioning,
  '0066-events': events,
  '0067-begun-by-tokens': begunByTokens,
  '0068-leaving-to-the-minute': leavingToTheMinute,
  '0069-starting': starting,
  '0070-scheduled-operations': scheduledOperations,
  '0071-leaving-reminders': leavingReminders,
  '0072-drafts-and-companies': draftsAndCompanies,
  '0074-factor-in-place': factorInPlace,
  '0075-links-by-creator': linksByCreator,
  '0077-erasures': erasures,
  '0078-mails-by-age': mailsByAge,
  '0079-reviews': reviews,
  '0082-idle-accounts': idleAccounts,
  '0083-overview': overview,
  '0084-access-requests': accessRequests,
  '0085-deputies': deputies,
  '0086-parts-of-operations': partsOfOperations,
  '0090-texts-by-owner': textsByOwner,
  '0091-contacts-fed-by-deletions': contactsFedByDeletions,
  '0092-groups-counted-in-pieces': groupsCountedInPieces,
  '0093-names-of-now': namesOfNow,
};

/** On PostgreSQL one begins with all that the migrations up to this one came to; those after it are for both. */
const POSTGRES_BEGINS_AFTER = '0048-names-of-words';

export const postgresMigrations: Record<string, Knex.Migration> = {
  '0048-postgres': postgresBaseline,
  ...Object.fromEntries(Object.entries(migrations).filter(([name]) => name > POSTGRES_BEGINS_AFTER)),
};

/** Names that migrations had when they landed, beside those they have now: a database may still know them by these. */
export const formerNames: Record<string, string> = {
  '0025-confirmed-by': '0021-confirmed-by',
  '0026-group-life-cycle': '0022-group-life-cycle',
  '0027-applications': '0023-applications',
};
