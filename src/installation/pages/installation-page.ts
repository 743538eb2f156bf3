import type { AppContext } from '../../app-context.ts';
import { findHead } from '../../audit/chain.ts';
import type { Config } from '../../config.ts';
import { mailState } from '../../mail/mail-state.ts';
import { findTestMail } from '../../mail/sent-mails.ts';
import { findStuckMail } from '../../mail/stuck-mails.ts';
import { VERSION } from '../../program.ts';
import type { Format } from '../../text/format.ts';
import { findBackups } from '../backups/backups.ts';
import { freeBytes } from '../data/disk-room.ts';
import { findTwins } from '../identity-twins.ts';

const BACKUPS_SHOWN = 10;

/** What there is to know about the place where this Roster runs. Never a secret. */
export async function installationPage(
  { db, config, jobs, mail, startedAt }: AppContext,
  viewerId: number,
  format: Format,
) {
  const { dataDir } = config;
  const test = await findTestMail(db.read, viewerId);
  return {
    title: 'This installation',
    version: VERSION,
    node: process.versions.node,
    startedAt,
    database: { ...db.place, bytes: await db.bytes(), free: freeBytes(dataDir) },
    backups: findBackups(dataDir).slice(0, BACKUPS_SHOWN),
    backupsKept: config.dailyBackups,
    mail: mail && { ...mailServer(config), stuck: await findStuckMail(db.read), test: test && mailState(test, format) },
    jobs: jobs.list(),
    settings: settingsInForce(config),
    head: await findHead(db.read),
    twins: await findTwins(db.read),
  };
}

function mailServer({ mail }: Config): { server: string; from: string } {
  // Without what signs in to it.
  const { protocol, host } = new URL(mail?.smtpUrl ?? 'smtp://mailbox');
  return { server: `${protocol}//${host}`, from: mail?.from.address ?? '' };
}

/** By their names in the environment; what is secret is not among them. */
function settingsInForce(config: Config): [string, string][] {
  const values: Record<string, string | number | undefined> = {
    HOST: config.host,
    PORT: config.port,
    BASE_URL: config.baseUrlGiven ? config.baseUrl : '',
    TRUST_PROXY: config.trustProxy ?? '',
    DATA_DIR: config.dataDir,
    DAILY_BACKUPS: config.dailyBackups,
    SESSION_IDLE: config.sessionIdleMinutes,
    SESSION_MAX: config.sessionMaxHours,
    INVITATION_HOURS: config.invitationHours,
    RESET_MINUTES: config.resetMinutes,
    LOGIN_ATTEMPTS: config.loginAttempts,
    STALE_DAYS: config.staleDays,
    CONFIRM_DAYS: config.confirmDays,
    REPORT_DAYS: config.reportDays,
    SIGN_IN_DAYS: config.signInDays,
    MAIL_DAYS: config.mailDays,
    ERASE_AFTER_DAYS: config.eraseAfterDays,
    DELETED_DAYS: config.deletedDays,
    TOKEN_DAYS: config.tokenDays,
    TOKEN_REQUESTS: config.tokenRequests,
    SCIM_MEGABYTES: config.scimMegabytes,
    WEBHOOK_NETWORKS: config.webhookNetworks.join(', '),
    IMPORT_MEGABYTES: config.importMegabytes,
    IMPORT_LINES: config.importLines,
    LOG_LEVEL: config.logLevel,
  };
  return Object.entries(values).map(([name, value]) => [name, String(value)]);
}
