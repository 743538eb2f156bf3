import type { AppContext } from './app-context.ts';
import { APPLICATIONS } from './applications/pages/applications-feature.ts';
import { ASKING } from './asking/pages/asking-feature.ts';
import { AUDIT } from './audit/pages/audit-feature.ts';
import { BULK_OPERATIONS } from './bulk-operations/pages/bulk-operations-feature.ts';
import { MINUTE } from './clock.ts';
import { CONTACTS } from './contacts/pages/contacts-feature.ts';
import { CREDENTIALS } from './credentials/pages/credentials-feature.ts';
import { ERASURE } from './erasure/pages/erasure-feature.ts';
import { EXPORT } from './export/pages/export-feature.ts';
import { GROUPS } from './groups/pages/groups-feature.ts';
import { IDLE_ACCOUNTS } from './idle-accounts/pages/idle-accounts-feature.ts';
import { IMPORT } from './import/pages/import-feature.ts';
import { INSTALLATION } from './installation/pages/installation-feature.ts';
import { INVITATIONS } from './invitations/pages/invitations-feature.ts';
import type { Job } from './jobs/jobs.ts';
import { LEADING } from './leading/pages/leading-feature.ts';
import { LEAVING } from './leaving/pages/leaving-feature.ts';
import { MAIL } from './mail/pages/mail-feature.ts';
import { OVERVIEW } from './overview/pages/overview-feature.ts';
import { PASSKEYS } from './passkeys/pages/passkeys-feature.ts';
import { PASSWORDS } from './passwords/pages/passwords-feature.ts';
import { giveWay } from './process/giving-way.ts';
import { PROVISIONING } from './provisioning/pages/provisioning-feature.ts';
import { REVIEWS } from './reviews/pages/reviews-feature.ts';
import { SAVED_VIEWS } from './saved-views/pages/saved-views-feature.ts';
import { SESSIONS } from './sessions/pages/sessions-feature.ts';
import { SETUP } from './setup/pages/setup-feature.ts';
import { TOKENS } from './tokens/pages/tokens-feature.ts';
import { USERS } from './users/pages/users-feature.ts';
import type { Feature } from './web/feature.ts';
import { WEBHOOKS } from './webhooks/pages/webhooks-feature.ts';
import { WEEKLY_MAILS } from './weekly-mails/pages/weekly-mails-feature.ts';

/** Every feature with what it declares of itself; tabs and named pages stand in this order. */
export const FEATURES: Feature[] = [
  USERS,
  OVERVIEW,
  IDLE_ACCOUNTS,
  INVITATIONS,
  BULK_OPERATIONS,
  REVIEWS,
  SAVED_VIEWS,
  GROUPS,
  APPLICATIONS,
  ASKING,
  CONTACTS,
  AUDIT,
  CREDENTIALS,
  ERASURE,
  EXPORT,
  IMPORT,
  INSTALLATION,
  LEADING,
  LEAVING,
  MAIL,
  PASSKEYS,
  PASSWORDS,
  PROVISIONING,
  SESSIONS,
  SETUP,
  TOKENS,
  WEBHOOKS,
  WEEKLY_MAILS,
];

/** All that runs now and then. */
export function jobsOf(app: AppContext): Job[] {
  const prune = async () => {
    for (const { prune } of FEATURES)
      if (prune) while ((await app.db.write((trx) => prune(trx, app.clock(), app.config))) === true) await giveWay();
  };
  return [
    ...FEATURES.flatMap((feature) => feature.jobs?.(app) ?? []),
    { name: 'Remove what has ended', firstAfter: 10 * MINUTE, every: 10 * MINUTE, byOne: true, run: prune },
  ];
}
