import { constants, setPriority } from 'node:os';
import { SECRET_SETTINGS, type SecretName, type Settings } from '../../config.ts';
import { withoutPassword } from '../../db/server-address.ts';
import { backUp } from '../../installation/backups/backup.ts';
import { restore } from '../../installation/backups/restore.ts';
import { type MoveReport, moveTo, reopen } from '../../installation/moving/move.ts';
import type { Watch } from '../../installation/moving/moved-rows.ts';
import { migrateData } from '../../installation/open-installation.ts';
import { acceptSecrets } from '../../installation/secrets/accepted-secrets.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { format } from '../../text/format.ts';
import { counted, were } from '../../text/text.ts';
import type { Result } from '../command.ts';

export interface MaintenanceOptions {
  withoutSecrets: boolean;
  keepAccess: boolean;
  reopen: boolean;
  /** Shows how far a long work is. */
  watch: Watch;
}

/** A command about the data as a whole, which opens it in its own way. */
export interface MaintenanceCommand {
  parameters: string[];
  /** An option in place of the parameters. */
  instead?: 'reopen';
  summary: string;
  run: (settings: Settings, parameters: string[], options: MaintenanceOptions) => Promise<Result>;
}

export const MAINTENANCE: Record<string, MaintenanceCommand> = {
  backup: {
    parameters: ['file'],
    summary: 'writes database and secrets into one file, whether the server runs or not',
    run: backup,
  },
  restore: {
    parameters: ['file'],
    summary: 'puts a backup in the place of the data; the server must be stopped',
    run: restoreBackup,
  },
  migrate: {
    parameters: [],
    summary: 'brings the data up to date, as the start of the server does',
    run: migrateNow,
  },
  'move-to': {
    parameters: ['where'],
    instead: 'reopen',
    summary: 'moves everything to postgres://… or sqlite:FOLDER; the server must be stopped',
    run: move,
  },
  'accept-secrets': {
    parameters: [],
    summary: 'goes on with other secrets than those the data was made with, which are lost',
    run: accept,
  },
};

async function backup(settings: Settings, [file]: string[], { withoutSecrets }: MaintenanceOptions): Promise<Result> {
  // Whoever works with Roster meanwhile goes first.
  setPriority(constants.priority.PRIORITY_LOW);
  const report = await backUp(settings, file, !withoutSecrets);
  const secrets =
    report.secrets.length > 0
      ? 'It holds the secrets: keep it as safe as DATA_DIR.'
      : 'It holds no secrets: without them no password can be verified. Keep them elsewhere.';
  return done([`${report.file}: ${format.number(report.bytes)} bytes.`, secrets], { ...report });
}

async function restoreBackup(
  settings: Settings,
  [file]: string[],
  { keepAccess }: MaintenanceOptions,
): Promise<Result> {
  const report = await restore(settings, file, keepAccess);
  const unknown = keepAccess && !report.knowsSince;
  return done(
    [
      `${settings.databaseUrl ? 'The database of DATABASE_URL' : settings.dataDir} is as it was on ${format.moment(report.madeAt)}.`,
      `${counted(report.sessionsEnded, 'session')} and ${counted(report.linksEnded, 'open link')} ended; mails that waited are not sent.`,
      ...(report.erasedAgain > 0
        ? [`${were(report.erasedAgain, 'user')} erased since, and ${report.erasedAgain === 1 ? 'is' : 'are'} again.`]
        : []),
      ...(unknown ? ['What was used or ended since then could not be read, so it counts as open again.'] : []),
      ...(report.replaced ? [`What lay there is in ${report.replaced}: remove it when all is well.`] : []),
    ],
    { ...report },
  );
}

async function migrateNow(settings: Settings): Promise<Result> {
  const migrations = await migrateData(settings);
  const line = migrations.length > 0 ? `${counted(migrations.length, 'migration')} ran.` : 'The data is up to date.';
  return done([line], { migrations });
}

async function move(
  settings: Settings,
  [where]: string[],
  { reopen: isBack, keepAccess, watch }: MaintenanceOptions,
): Promise<Result> {
  if (isBack) return reopenHere(settings, keepAccess);
  const report = await moveTo(settings, where, watch);
  const { place, secrets, ...told } = report;
  return done(
    [
      `Moved from ${report.from} to ${report.to}: ${counted(report.rows, 'row')} of ${counted(report.tables, 'table')}, the same on both sides.`,
      `The audit has ${counted(report.events, 'event')} there, and ${counted(report.passwords, 'password')} ${report.passwords === 1 ? 'is' : 'are'} what they were.`,
      ...(report.erasedTexts > 0
        ? [
            `${counted(report.erasedTexts, 'text')} of the audit hold what cannot be kept there, and were left out as erased.`,
          ]
        : []),
      ...nowSet(settings, report),
      `What was here is marked as moved: no server opens it. Remove it when all is well.`,
    ],
    { ...told, secrets },
  );
}

function nowSet(settings: Settings, { place, secrets }: MoveReport): string[] {
  const named = (names: SecretName[]) => names.map((name) => SECRET_SETTINGS[name]).join(', ');
  const start = place.databaseUrl
    ? `Start the server with DATABASE_URL=${withoutPassword(place.databaseUrl)} and DATA_DIR=${settings.dataDir}.`
    : `Start the server with DATA_DIR=${place.dataDir}${settings.databaseUrl ? ', without DATABASE_URL' : ''}.`;
  return [
    start,
    ...(secrets.kept.length > 0 ? [`${place.dataDir}/secrets must stay there: ${named(secrets.kept)}.`] : []),
    ...(secrets.given.length > 0 ? [`Give these as before: ${named(secrets.given)}.`] : []),
  ];
}

async function reopenHere(settings: Settings, keepAccess: boolean): Promise<Result> {
  const { place, ended } = await reopen(settings, keepAccess);
  if (!ended) return done([`Open again. The copy in ${place} is not finished: remove it.`], { place });
  return done(
    [
      'Open again, as it was when it was moved.',
      `WARNING: see to it that no server runs on ${place}: two would mail and act twice. What happened there since is not here.`,
      `${counted(ended.sessionsEnded, 'session')} and ${counted(ended.linksEnded, 'open link')} ended; mails that waited are not sent.`,
    ],
    { place, ...ended },
  );
}

async function accept(settings: Settings): Promise<Result> {
  const accepted = await acceptSecrets(settings);
  if (accepted.length === 0)
    throw new CannotStart(['the secrets are those the data was made with. Nothing was changed']);
  return done(['Accepted. From now on:', ...accepted], { accepted });
}

function done(lines: string[], data: Record<string, unknown>): Result {
  return { lines, data, exitCode: 0 };
}
