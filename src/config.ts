import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { isServerAddress } from './db/server-address.ts';
import { CannotStart } from './process/cannot-start.ts';
import { envFileMistakes, quotedSettings, repeatedSettings, unknownSettings } from './settings/env-file.ts';
import {
  dataFolder,
  host,
  httpAddress,
  line,
  mailFrom,
  metricsToken,
  proxies,
  secret,
  smtpUrl,
  whole,
} from './settings/setting-shapes.ts';
import { isAddressOrNetwork } from './text/networks.ts';
import { whyUnread } from './unread-file.ts';

/** What is wrong with the settings, one line per mistake; the start prints them and ends. */
export class ConfigError extends CannotStart {}

export type Environment = Record<string, string | undefined>;

const settings = z.object({
  PORT: whole(3000, 0, 65535),
  HOST: host.default('127.0.0.1'),
  BASE_URL: httpAddress.optional(),
  INSTANCE_NAME: line.max(60, 'must be at most 60 characters').default('Roster'),
  DATA_DIR: dataFolder.default('./data'),
  DATABASE_URL: z
    .string()
    .refine(
      isServerAddress,
      'must be like postgres://user:password@db.example.com:5432/roster, with # / ? and @ of a password written as %23 %2F %3F and %40',
    )
    .optional(),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  ADMIN_NAME: z.string().optional(),
  ADMIN_EMAIL: z.string().optional(),
  ADMIN_PASSWORD: line.optional(),
  TRUST_PROXY: proxies.optional(),
  SESSION_IDLE: whole(60, 1, 60 * 24 * 30),
  SESSION_MAX: whole(24, 1, 24 * 90),
  INVITATION_HOURS: whole(72, 1, 24 * 90),
  RESET_MINUTES: whole(60, 5, 24 * 60),
  LOGIN_ATTEMPTS: whole(5, 1, 100),
  REQUIRE_SECOND_FACTOR: z.enum(['yes', 'no'], 'must be yes or no').default('no'),
  SECOND_FACTOR_DAYS: whole(14, 0, 365),
  STALE_DAYS: whole(90, 1, 3650),
  CONFIRM_DAYS: whole(180, 1, 3650),
  REPORT_DAYS: whole(400, 1, 36_500),
  SIGN_IN_DAYS: whole(400, 1, 36_500),
  MAIL_DAYS: whole(30, 1, 36_500),
  ERASE_AFTER_DAYS: whole(30, 0, 36_500),
  DELETED_DAYS: whole(0, 0, 36_500),
  TOKEN_DAYS: whole(365, 1, 3650),
  TOKEN_REQUESTS: whole(600, 1, 1_000_000),
  SCIM_MEGABYTES: whole(4, 1, 64),
  WEBHOOK_NETWORKS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((list) => list.every(isAddressOrNetwork), 'must be addresses or networks, such as 10.0.0.0/8, 192.168.1.7')
    .default([]),
  IMPORT_MEGABYTES: whole(256, 1, 10_000),
  IMPORT_LINES: whole(1_000_000, 1, 10_000_000),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
  DAILY_BACKUPS: whole(7, 0, 366),
  METRICS_TOKEN: metricsToken.optional(),
  SESSION_SECRET: secret.optional(),
  PASSWORD_PEPPER: secret.optional(),
  LINK_SECRET: secret.optional(),
  AUDIT_SECRET: secret.optional(),
});

/** Each secret, and the setting that gives it. */
export const SECRET_SETTINGS = {
  session: 'SESSION_SECRET',
  pepper: 'PASSWORD_PEPPER',
  link: 'LINK_SECRET',
  audit: 'AUDIT_SECRET',
} as const;

export type SecretName = keyof typeof SECRET_SETTINGS;
export type Secrets = Record<SecretName, string>;

const FROM_FILE = [...Object.values(SECRET_SETTINGS), 'ADMIN_PASSWORD', 'SMTP_URL', 'METRICS_TOKEN', 'DATABASE_URL'];
const SETTING_NAMES = [...Object.keys(settings.shape), ...FROM_FILE.map((name) => `${name}_FILE`)];

/** What was set, checked. Secrets that were not given are kept in DATA_DIR: see installation/secrets/secrets.ts. */
export type Settings = ReturnType<typeof readSettings>;

/** Where the data is: in a folder, or, with its address, on a database server beside it. */
export type DataPlace = Pick<Settings, 'dataDir' | 'databaseUrl'>;

/** What the program runs with. */
export type Config = Settings & { secrets: Secrets };

/**
 * Reads every setting from the environment, then from `.env`; an empty one counts as not given. Writes nothing.
 * Throws a ConfigError that holds every mistake at once.
 */
export function readSettings(environment: Environment = process.env, envFile = '.env') {
  const given = givenSettings(environment, envFile);
  const file = envFileText(envFile);
  const mistakes = [...envFileMistakes(file, SETTING_NAMES), ...quotedSettings(environment, SETTING_NAMES)];
  for (const name of FROM_FILE) readSecretFile(given, name, mistakes);

  const parsed = settings.safeParse(given);
  if (!parsed.success)
    for (const { path, message } of parsed.error.issues) {
      const name = asGiven(given, String(path[0]));
      // What stands in quotes is no number either.
      if (!mistakes.some((one) => one.startsWith(`${name} `))) mistakes.push(`${name} ${message}`);
    }
  if (/^https:\/\//i.test(given.BASE_URL ?? '') && Number(given.TRUST_PROXY ?? 0) === 0)
    mistakes.push(
      'TRUST_PROXY must be given when BASE_URL is https: Roster itself speaks plain HTTP, so a proxy in front ends TLS',
    );
  const has = (name: string) => Boolean(given[asGiven(given, name)]);
  if (has('SMTP_URL') !== has('MAIL_FROM')) mistakes.push('SMTP_URL and MAIL_FROM must be given together, or neither');
  const administrator = ['ADMIN_NAME', 'ADMIN_EMAIL', 'ADMIN_PASSWORD'].filter(has);
  if (administrator.length > 0 && administrator.length < 3)
    mistakes.push(`${administrator[0]} needs ADMIN_NAME, ADMIN_EMAIL and ADMIN_PASSWORD together`);
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes);

  const values = parsed.data;
  const { BASE_URL } = values;
  return {
    port: values.PORT,
    host: values.HOST,
    /** Where links lead. Never taken from a request. */
    baseUrl: BASE_URL ?? `http://${nameOf(values.HOST)}:${values.PORT}`,
    /** Only a given BASE_URL is known to work for others, and only then are other Hosts refused. */
    baseUrlGiven: BASE_URL !== undefined,
    secure: BASE_URL?.startsWith('https:') ?? false,
    instanceName: values.INSTANCE_NAME,
    dataDir: values.DATA_DIR,
    /** Of a PostgreSQL server; without it the data is a file in DATA_DIR. */
    databaseUrl: values.DATABASE_URL,
    /** Without it no mail goes out, and links are copied. */
    mail: values.SMTP_URL ? { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM! } : undefined,
    administrator: values.ADMIN_PASSWORD
      ? { name: values.ADMIN_NAME!, email: values.ADMIN_EMAIL!, password: values.ADMIN_PASSWORD }
      : undefined,
    trustProxy: values.TRUST_PROXY,
    sessionIdleMinutes: values.SESSION_IDLE,
    sessionMaxHours: values.SESSION_MAX,
    invitationHours: values.INVITATION_HOURS,
    resetMinutes: values.RESET_MINUTES,
    loginAttempts: values.LOGIN_ATTEMPTS,
    /** Of everybody; groups may demand it of their members besides. */
    requireSecondFactor: values.REQUIRE_SECOND_FACTOR === 'yes',
    /** So long people have time for it. */
    secondFactorDays: values.SECOND_FACTOR_DAYS,
    staleDays: values.STALE_DAYS,
    confirmDays: values.CONFIRM_DAYS,
    /** For so long reports of operations are kept, and can be taken back. */
    reportDays: values.REPORT_DAYS,
    /** For so long it is kept how people signed in, or did not, and which mails they were sent. */
    signInDays: values.SIGN_IN_DAYS,
    mailDays: values.MAIL_DAYS,
    /** So long after a deletion nobody can be erased. */
    eraseAfterDays: values.ERASE_AFTER_DAYS,
    /** So long after a deletion people are erased by themselves; never where it is 0. */
    deletedDays: values.DELETED_DAYS,
    /** For so long a token may be good at most, and so many requests a minute each may be used for. */
    tokenDays: values.TOKEN_DAYS,
    tokenRequests: values.TOKEN_REQUESTS,
    /** What a request of SCIM may have at most: a group with all of its members is one. */
    scimMegabytes: values.SCIM_MEGABYTES,
    /** Where webhooks may lead besides the open internet. */
    webhookNetworks: values.WEBHOOK_NETWORKS,
    /** What a file may have at most that is imported. */
    importMegabytes: values.IMPORT_MEGABYTES,
    importLines: values.IMPORT_LINES,
    logLevel: values.LOG_LEVEL,
    /** bcrypt's cost; the tests lower it (OWASP Password Storage: 12 is about 0.3 s). */
    passwordCost: 12,
    /** How many daily backups are kept; none are made where it is 0. */
    dailyBackups: values.DAILY_BACKUPS,
    /** Who shows it gets to read /metrics; nobody does where it is not given. */
    metricsToken: values.METRICS_TOKEN,
    givenSecrets: givenSecrets(values),
    /** What is no mistake for certain, a line each. */
    warnings: [...unknownSettings(file, environment, SETTING_NAMES), ...repeatedSettings(file, SETTING_NAMES)],
  };
}

/** That of this process, for a child that works on the same data. */
export function environmentFor(dataDir: string, databaseUrl?: string): Environment {
  return { ...process.env, DATA_DIR: dataDir, ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
}

/** Which data a child works on, as its parent says. */
export function dataOfParent(): { dataDir: string; databaseUrl?: string } {
  return { dataDir: process.env.DATA_DIR!, databaseUrl: process.env.DATABASE_URL };
}

/** Every setting as it is given, unchecked, by its name. */
export function givenSettings(environment: Environment = process.env, envFile = '.env'): Environment {
  return { ...dotenv(envFile), ...present(environment) };
}

/** How this machine reaches itself where it listens. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  // The interface behind an address is this machine's own word for it, and stands in no link.
  return host.includes(':') ? `[${host.replace(/%.*/, '')}]` : host;
}

function dotenv(file: string): Environment {
  return present(parseEnv(envFileText(file)) as Environment);
}

function envFileText(file: string): string {
  if (!existsSync(file)) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${file} cannot be read (${whyUnread(error)})`]);
  }
}

/**
 * What is worth what it is, whatever stands around it: data was made with secrets, passwords are typed so, and a folder by another name is
 * another one.
 */
const AS_IT_IS = /_(SECRET|PEPPER|TOKEN|PASSWORD)$|^DATA_DIR$/;

/** What reads a file of settings for a container passes spaces at the end on, and what Windows puts at the end of a line. */
function present(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment)
      .filter(([, value]) => value !== undefined && value.trim() !== '')
      .map(([name, value]) => [name, AS_IT_IS.test(name) ? value : value!.trim()]),
  );
}

function readSecretFile(given: Environment, name: string, mistakes: string[]): void {
  const setting = `${name}_FILE`;
  const file = given[setting];
  if (!file) return;
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') mistakes.push(`${setting} holds nothing: ${file}`);
    else if (given[name] !== undefined && given[name].trim() !== text)
      mistakes.push(`${name} and ${setting} say different things: leave one of them out`);
    else given[name] = text;
  } catch (error) {
    mistakes.push(`${setting} cannot be read: ${file} (${whyUnread(error)})`);
  }
}

/** By the name under which it was given. */
function asGiven(given: Environment, name: string): string {
  return FROM_FILE.includes(name) && given[`${name}_FILE`] ? `${name}_FILE` : name;
}

function givenSecrets(values: Partial<Record<(typeof SECRET_SETTINGS)[SecretName], string>>): Partial<Secrets> {
  const given = Object.entries(SECRET_SETTINGS).map(([name, setting]) => [name, values[setting]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Which server the command line asks, and by what token, where the command itself does not say. */
export function remoteSettings({ ROSTER_ADDRESS: address, ROSTER_TOKEN: token }: Environment = process.env) {
  return { address, token };
}
