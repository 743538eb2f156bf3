import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { type Config, readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { isRootInForeign, makeDataFolder } from '../src/installation/data/data-folder.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { CannotStart } from '../src/process/cannot-start.ts';

const LONG = 'a secret that is certainly long enough';
const SECRETS = ['SESSION_SECRET', 'PASSWORD_PEPPER', 'LINK_SECRET', 'AUDIT_SECRET'];

describe('the settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roster-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (environment: Record<string, string> = {}, envFile = '') =>
    withSecrets(readSettings({ DATA_DIR: join(folder, 'data'), ...environment }, envFile));
  function mistakes(environment: Record<string, string>): string[] {
    try {
      read(environment);
    } catch (error) {
      expect(error).toBeInstanceOf(CannotStart);
      return (error as CannotStart).lines;
    }
    return [];
  }
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('have a safe default, every one of them', () => {
    const { secrets: _, dataDir: __, ...config } = read();
    expect(config).toEqual({
      port: 3000,
      host: '127.0.0.1',
      baseUrl: 'http://127.0.0.1:3000',
      baseUrlGiven: false,
      secure: false,
      instanceName: 'Roster',
      administrator: undefined,
      trustProxy: undefined,
      sessionIdleMinutes: 60,
      sessionMaxHours: 24,
      invitationHours: 72,
      resetMinutes: 60,
      loginAttempts: 5,
      requireSecondFactor: false,
      secondFactorDays: 14,
      staleDays: 90,
      confirmDays: 180,
      importMegabytes: 256,
      importLines: 1_000_000,
      reportDays: 400,
      signInDays: 400,
      mailDays: 30,
      eraseAfterDays: 30,
      deletedDays: 0,
      tokenDays: 365,
      tokenRequests: 600,
      scimMegabytes: 4,
      webhookNetworks: [],
      logLevel: 'info',
      passwordCost: 12,
      dailyBackups: 7,
      metricsToken: undefined,
      givenSecrets: {},
      warnings: [],
    });
  });

  it.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '30.5'],
    ['PORT', 'http'],
    ['PORT', '0x1770'],
    ['PORT', '4e3'],
    ['DATA_DIR', '~/roster'],
    ['DATA_DIR', '$HOME/roster'],
    ['DATA_DIR', '"/var/lib/roster"'],
    ['DATA_DIR', '/var/lib/roster '],
    ['DATA_DIR', ' /var/lib/roster'],
    ['DATA_DIR', '/var/lib/roster\r'],
    ['HOST', '[::1]'],
    ['HOST', '127.0.0.1:3000'],
    ['HOST', 'http://127.0.0.1'],
    ['HOST', '*'],
    ['HOST', "'127.0.0.1'"],
    ['PORT', '"4000"'],
    ['BASE_URL', '"http://roster.lan"'],
    ['INSTANCE_NAME', 'North\nWind'],
    ['BASE_URL', 'roster.example.com'],
    ['BASE_URL', 'ftp://roster.example.com'],
    ['BASE_URL', 'http://roster.example.com/path'],
    ['BASE_URL', 'http://roster.example.com/?x'],
    ['BASE_URL', 'http://'],
    ['BASE_URL', 'http://a b'],
    ['BASE_URL', 'http://roster.example.com\\path'],
    ['BASE_URL', 'http://roster.example.com:0'],
    ['BASE_URL', 'http://*'],
    ['BASE_URL', 'http://one.example,two.example'],
    ['BASE_URL', 'http://roster..example'],
    ['INSTANCE_NAME', 'x'.repeat(61)],
    ['DATABASE_URL', 'mysql://localhost/roster'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '-1'],
    ['TRUST_PROXY', '999.1.1.1'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.1, ::/0'],
    ['SESSION_IDLE', '0'],
    ['SESSION_IDLE', '43201'],
    ['SESSION_MAX', '0'],
    ['SESSION_MAX', '2161'],
    ['INVITATION_HOURS', '0'],
    ['INVITATION_HOURS', '2161'],
    ['RESET_MINUTES', '4'],
    ['RESET_MINUTES', '1441'],
    ['LOGIN_ATTEMPTS', '0'],
    ['LOGIN_ATTEMPTS', '101'],
    ['REQUIRE_SECOND_FACTOR', 'true'],
    ['SECOND_FACTOR_DAYS', '366'],
    ['STALE_DAYS', '0'],
    ['STALE_DAYS', 'never'],
    ['CONFIRM_DAYS', '3651'],
    ['LOG_LEVEL', 'loud'],
    ['SESSION_SECRET', 'short'],
    ['PASSWORD_PEPPER', 'x'.repeat(31)],
    ['LINK_SECRET', 'short'],
    ['AUDIT_SECRET', 'short'],
    ['METRICS_TOKEN', 'one-of-two-lines\nof-a-token'],
    ['METRICS_TOKEN', 'ein-schlüssel-der-nie-ankommt'],
    ['ADMIN_NAME', 'maria'],
    ['ADMIN_EMAIL', 'maria@example.com'],
    ['ADMIN_PASSWORD', 'nine slow tractors hum'],
  ])('say in one line what is wrong: %s=%s', (name, value) => {
    const lines = mistakes({ [name]: value });
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} `));
    expect(lines[0]).not.toMatch(/\n/);
    // A secret is not shown again, not even one that will not do.
    if (/SECRET|PEPPER|PASSWORD|TOKEN/.test(name)) expect(lines[0]).not.toContain(value);
  });

  it.each([
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'http://mail.example.com'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://mail.example.com/inbox'],
    ['MAIL_FROM', 'Roster'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
    ['MAIL_FROM', 'us: a@b.example;'],
    ['MAIL_FROM', 'Roster <a@b.example>\r\nBcc: <c@d.example>'],
  ])('say in one line what is wrong about mail: %s=%j', (name, value) => {
    const lines = mistakes({ SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@b.example', [name]: value });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} must be`))]);
  });

  it('take both settings of mail or neither', () => {
    const both = ['SMTP_URL and MAIL_FROM must be given together, or neither'];
    expect(mistakes({ SMTP_URL: 'smtp://mail.example.com' })).toEqual(both);
    expect(mistakes({ MAIL_FROM: 'a@b.example' })).toEqual(both);
    const smtpUrl = 'smtps://roster:s%40fe@mail.example.com:465';
    expect(
      read({ SMTP_URL_FILE: file('smtp', `${smtpUrl}\n`), MAIL_FROM: '"Roster, Inc." <r@x.example>' }).mail,
    ).toEqual({
      smtpUrl,
      from: { name: 'Roster, Inc.', address: 'r@x.example' },
    });
  });

  it.each<[string, string, Partial<Config>]>([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['HOST', '::1', { host: '::1', baseUrl: 'http://[::1]:3000' }],
    ['BASE_URL', 'http://roster.lan:8080/', { baseUrl: 'http://roster.lan:8080', baseUrlGiven: true, secure: false }],
    ['BASE_URL', 'http://roster.lan:80', { baseUrl: 'http://roster.lan' }],
    ['BASE_URL', 'HTTP://Roster.LAN', { baseUrl: 'http://roster.lan', secure: false }],
    ['BASE_URL', 'http://bücher.example', { baseUrl: 'http://xn--bcher-kva.example' }],
    ['BASE_URL', 'http://[::1]:3000', { baseUrl: 'http://[::1]:3000' }],
    ['HOST', 'fe80::1%eth0', { host: 'fe80::1%eth0', baseUrl: 'http://[fe80::1]:3000' }],
    ['HOST', 'rechner-ä.lan', { host: 'rechner-ä.lan' }],
    ['INSTANCE_NAME', 'Northwind', { instanceName: 'Northwind' }],
    ['TRUST_PROXY', '2', { trustProxy: 2 }],
    ['TRUST_PROXY', 'loopback', { trustProxy: 'loopback' }],
    ['TRUST_PROXY', '10.0.0.0/8, 192.168.1.1', { trustProxy: '10.0.0.0/8, 192.168.1.1' }],
    ['SESSION_IDLE', '1', { sessionIdleMinutes: 1 }],
    ['SESSION_MAX', '2160', { sessionMaxHours: 2_160 }],
    ['INVITATION_HOURS', '1', { invitationHours: 1 }],
    ['RESET_MINUTES', '5', { resetMinutes: 5 }],
    ['LOGIN_ATTEMPTS', '100', { loginAttempts: 100 }],
    ['REQUIRE_SECOND_FACTOR', 'yes', { requireSecondFactor: true }],
    ['SECOND_FACTOR_DAYS', '0', { secondFactorDays: 0 }],
    ['STALE_DAYS', '1', { staleDays: 1 }],
    ['CONFIRM_DAYS', '3650', { confirmDays: 3_650 }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
  ])('are taken as they are given: %s=%s', (name, value, expected) => {
    expect(read({ [name]: value })).toMatchObject(expected);
  });

  it('name every mistake at once', () => {
    const lines = mistakes({
      PORT: 'x',
      LOG_LEVEL: 'x',
      SESSION_SECRET: 'x',
      STALE_DAYS: '0',
      ADMIN_NAME: 'x',
      BASE_URL: 'x',
    });
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
      'ADMIN_NAME',
      'BASE_URL',
      'LOG_LEVEL',
      'PORT',
      'SESSION_SECRET',
      'STALE_DAYS',
    ]);
  });

  it('demand to know of the proxy that ends TLS, for otherwise nobody could sign in (R49)', () => {
    expect(mistakes({ BASE_URL: 'https://roster.example.com' })).toEqual([
      expect.stringMatching(/^TRUST_PROXY must be given/),
    ]);
    expect(mistakes({ BASE_URL: 'https://roster.example.com', TRUST_PROXY: '0' })).toEqual([
      expect.stringMatching(/^TRUST_PROXY/),
    ]);
    expect(read({ BASE_URL: 'https://roster.example.com', TRUST_PROXY: '1' })).toMatchObject({
      secure: true,
      baseUrl: 'https://roster.example.com',
    });
  });

  it('that are accepted make a program that starts', async () => {
    const db = openDatabase(join(folder, 'data'));
    for (const TRUST_PROXY of ['1', 'loopback', '10.0.0.0/8', '::1', 'fe80::/10, 127.0.0.1'])
      await expect(
        createApp({
          db,
          config: { ...read({ TRUST_PROXY }), passwordCost: 4 },
          clock: Date.now,
          logger: pino({ level: 'silent' }),
        }),
      ).resolves.toBeDefined();
    await db.close();
  });

  it('count as not given where they are empty', () => {
    expect(read({ PORT: '', BASE_URL: '  ', TRUST_PROXY: '', ADMIN_NAME: '', LOG_LEVEL: '' })).toMatchObject({
      port: 3_000,
      logLevel: 'info',
    });
  });

  it('are taken without what stands around them, as files with the line ends of Windows pass it on', () => {
    const spaced = { HOST: '::1\r', LOG_LEVEL: ' warn', BASE_URL: 'http://roster.lan\t', TRUST_PROXY: '1 ' };
    expect(read({ ...spaced, INSTANCE_NAME: 'North wind\r', SESSION_IDLE: '5\r' })).toMatchObject({
      host: '::1',
      logLevel: 'warn',
      baseUrl: 'http://roster.lan',
      trustProxy: 1,
      instanceName: 'North wind',
      sessionIdleMinutes: 5,
    });
    // A secret is what it is: data was made with it. A password that nobody could type is none.
    expect(read({ SESSION_SECRET: ` ${LONG}\r` }).givenSecrets).toEqual({ session: ` ${LONG}\r` });
    const maria = { ADMIN_NAME: 'maria', ADMIN_EMAIL: 'maria@example.com' };
    expect(mistakes({ ...maria, ADMIN_PASSWORD: 'nine slow tractors hum\r' })).toEqual([
      'ADMIN_PASSWORD must be one line',
    ]);
    expect(read({ ...maria, ADMIN_PASSWORD: ' nine slow tractors ' }).administrator?.password).toBe(
      ' nine slow tractors ',
    );
  });

  it('come from the environment first, then from .env', () => {
    const envFile = file('.env', '# a comment\nPORT=4000\nLOG_LEVEL="warn"\nSTALE_DAYS=\nINSTANCE_NAME=North wind\n');
    expect(read({ PORT: '5000' }, envFile)).toMatchObject({
      port: 5_000,
      logLevel: 'warn',
      staleDays: 90,
      instanceName: 'North wind',
    });
    expect(read({}, join(folder, 'none'))).toMatchObject({ port: 3_000 });
    // What is empty in the environment does not hide what the file says.
    expect(read({ PORT: '' }, envFile).port).toBe(4_000);
  });

  it('are refused where .env would not be read as it was meant', () => {
    const from = (text: string) => {
      try {
        read({}, file('.env', text));
      } catch (error) {
        return (error as CannotStart).lines;
      }
      return [];
    };
    expect(from('\ufeffPORT=4000\n')).toEqual([expect.stringMatching(/^\.env begins with a byte order mark/)]);
    expect(from('PORT=4000\nINSTANCE_NAME=North wind # the old one\n')).toEqual([
      expect.stringMatching(/^INSTANCE_NAME \(\.env, line 2\) holds a #/),
    ]);
    expect(from('MAIL_FROM=a@example.com\nSMTP_URL=smtp://me:pass#word@mail.example.com\n')).toContainEqual(
      expect.stringMatching(/^SMTP_URL \(\.env, line 2\) holds a #/),
    );
    expect(from('MAIL_FROM=a@example.com\nSMTP_URL="smtp://me:pass#word@mail.example.com"\n')).toEqual([
      'SMTP_URL holds a #: write it as %23',
    ]);
    expect(from('LOGIN_ATTEMTPS=9\nSESION_MAX=1\nexport BASE_URLS=http://x\n')).toEqual([
      'LOGIN_ATTEMTPS (.env, line 1) is no setting: LOGIN_ATTEMPTS is',
      'SESION_MAX (.env, line 2) is no setting: SESSION_MAX is',
      'BASE_URLS (.env, line 3) is no setting: BASE_URL is',
    ]);
    expect(from('# a comment\nINSTANCE_NAME="North # wind"\nOTHER=x # y\n\nPORT=4000\n')).toEqual([]);
    expect(from('PORT: 4000\r\nSTALE_DAYS=9\r\nset LOG_LEVEL=warn\r\n')).toEqual([
      '.env, line 1, is not read: write NAME=value',
      '.env, line 3, is not read: write NAME=value',
    ]);
    expect(from('INSTANCE_NAME="North wind\nPORT=4000\n')).toEqual([
      'INSTANCE_NAME (.env, line 1) begins with ", which nothing closes',
    ]);
    expect(from('OTHER="over\nseveral lines\n"\n  # a comment\nPORT=4000\n')).toEqual([]);
  });

  it.each(['utf16le', 'latin1'] as const)('are refused where .env is in another encoding: %s', (encoding) => {
    const envFile = file('.env', '');
    writeFileSync(envFile, Buffer.from('INSTANCE_NAME=Müller\n', encoding));
    expect(() => read({}, envFile)).toThrow('.env is not in UTF-8');
  });

  it('are refused where .env cannot be read', () => {
    expect(() => read({}, folder)).toThrow(/ cannot be read \(it is a folder\)$/);
  });

  it('are not taken with the quotes around them, but for secrets, which are what they are', () => {
    expect(mistakes({ ADMIN_PASSWORD: '"nine slow tractors hum"', SESSION_IDLE: '`60`' })).toEqual(
      expect.arrayContaining(
        ['SESSION_IDLE', 'ADMIN_PASSWORD'].map((name) => expect.stringMatching(`^${name} stands in quotes`)),
      ),
    );
    expect(mistakes({ DATA_DIR: join(folder, '"roster" of \'north\'') })).toEqual([]);
    const quoted = `"${'x'.repeat(32)}"`;
    expect(read({ SESSION_SECRET: quoted }).givenSecrets).toEqual({ session: quoted });
    // What reads a .env takes them off.
    expect(read({}, file('.env', 'INSTANCE_NAME="North"\n')).instanceName).toBe('North');
  });

  it('that nobody knows are told and passed over', () => {
    const environment = { LOGIN_ATTEMTPS: '9', port: '4000', HOSTNAME: 'x', PATH: '/bin', MAIL_FROM_FILE: '/run/from' };
    const { warnings } = read(environment, file('.env', 'COLOUR=blue\n'));
    expect(warnings).toEqual([
      'COLOUR (.env, line 1) is no setting of Roster',
      'LOGIN_ATTEMTPS in the environment is no setting of Roster; LOGIN_ATTEMPTS is',
      'port in the environment is no setting of Roster; PORT is',
      'MAIL_FROM_FILE in the environment is no setting of Roster; give MAIL_FROM itself',
    ]);
  });

  it('that stand in .env twice are told, and the later one counts', () => {
    const { port, warnings } = read({}, file('.env', 'PORT=4000\n\n# again\nPORT=5000\nCOLOUR=a\nCOLOUR=b\n'));
    expect(port).toBe(5_000);
    expect(warnings).toContain('PORT stands in .env on line 1 and again on line 4; the later one counts');
    expect(warnings.filter((line) => line.includes('again'))).toHaveLength(1);
  });

  it('name the first administrator by all three or not at all', () => {
    const all = { ADMIN_NAME: 'maria', ADMIN_EMAIL: 'maria@example.com', ADMIN_PASSWORD: 'nine slow tractors hum' };
    expect(read(all).administrator).toEqual({
      name: 'maria',
      email: 'maria@example.com',
      password: 'nine slow tractors hum',
    });
    for (const missing of Object.keys(all)) {
      const { [missing as 'ADMIN_NAME']: _, ...rest } = all;
      expect(mistakes(rest)).toEqual([
        expect.stringMatching(/needs ADMIN_NAME, ADMIN_EMAIL and ADMIN_PASSWORD together/),
      ]);
    }
  });

  describe('that are secret', () => {
    const kept = () => join(folder, 'data', 'secrets');

    it('are made once and kept, for this user alone', () => {
      const first = read().secrets;
      expect(new Set(Object.values(first)).size).toBe(4);
      for (const secret of Object.values(first)) expect(secret).toMatch(/^[\w-]{64}$/);
      expect(readdirSync(kept()).sort()).toEqual(['audit-secret', 'link-secret', 'password-pepper', 'session-secret']);
      for (const name of readdirSync(kept())) {
        expect([name, statSync(join(kept(), name)).mode & 0o777]).toEqual([name, 0o600]);
        expect(Object.values(first)).toContain(readFileSync(join(kept(), name), 'utf8').trim());
      }
      expect(statSync(kept()).mode & 0o777).toBe(0o700);
      expect(read().secrets).toEqual(first);
    });

    it('are not made where they are given', () => {
      const given = Object.fromEntries(SECRETS.map((name) => [name, `${LONG} for ${name}`]));
      expect(Object.values(read(given).secrets).sort()).toEqual(Object.values(given).sort());
      expect(existsSync(kept())).toBe(false);
    });

    it.each([...SECRETS, 'ADMIN_PASSWORD'])(
      'are read from a file as well, without the line break at its end: %s_FILE',
      (name) => {
        const path = file('secret', `${LONG}\n`);
        const isPassword = name === 'ADMIN_PASSWORD';
        const more = { ...(isPassword && { ADMIN_NAME: 'maria', ADMIN_EMAIL: 'm@example.com' }) };
        const config = read({ ...more, [`${name}_FILE`]: path });
        expect([...Object.values(config.secrets), config.administrator?.password]).toContain(LONG);
      },
    );

    it.each(SECRETS)('say which file cannot be read, or holds too little: %s_FILE', (name) => {
      const setting = `${name}_FILE`;
      const missing = join(folder, 'missing');
      expect(mistakes({ [setting]: missing })).toEqual([
        `${setting} cannot be read: ${missing} (there is no such file)`,
      ]);
      expect(mistakes({ [setting]: folder })).toEqual([`${setting} cannot be read: ${folder} (it is a folder)`]);
      expect(mistakes({ [setting]: file('short', 'short') })).toEqual([`${setting} must have at least 32 characters`]);
      const empty = file('empty', ' \n');
      expect(mistakes({ [setting]: empty })).toEqual([`${setting} holds nothing: ${empty}`]);
    });

    it('say once what is wrong with a file, also where it belongs to other settings', () => {
      const missing = join(folder, 'missing');
      const mail = { MAIL_FROM: 'a@b.example', SMTP_URL_FILE: missing };
      const maria = { ADMIN_NAME: 'maria', ADMIN_EMAIL: 'maria@example.com', ADMIN_PASSWORD_FILE: missing };
      expect(mistakes({ ...mail, ...maria })).toEqual(
        ['ADMIN_PASSWORD_FILE', 'SMTP_URL_FILE'].map(
          (name) => `${name} cannot be read: ${missing} (there is no such file)`,
        ),
      );
    });

    it('are not chosen between: what is given and what is in the file have to be the same', () => {
      const path = file('secret', `${LONG}\n`);
      expect(read({ SESSION_SECRET: LONG, SESSION_SECRET_FILE: path }).givenSecrets).toEqual({ session: LONG });
      expect(mistakes({ SESSION_SECRET: `${LONG}, or not`, SESSION_SECRET_FILE: path })).toEqual([
        'SESSION_SECRET and SESSION_SECRET_FILE say different things: leave one of them out',
      ]);
    });

    it('are never taken from a file that was cut short', () => {
      read();
      writeFileSync(join(kept(), 'password-pepper'), 'short');
      expect(mistakes({})).toEqual([
        expect.stringMatching(/password-pepper holds no secret of at least 32 characters/),
      ]);
    });
  });

  it('say where the folder for the data cannot be written', () => {
    const path = file('a-file', 'x');
    expect(() => makeDataFolder(join(path, 'data'))).toThrow(
      /^DATA_DIR cannot be written: .*data \(a part of the path is a file\)$/,
    );
    expect(() => makeDataFolder(path)).toThrow(
      /^DATA_DIR cannot be written: .*a-file \(a part of the path is a file\)$/,
    );
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    expect(() => makeDataFolder(join(folder, 'link'))).toThrow(/link \(it is a link that leads nowhere\)$/);
    // Node's own way of making folders never returns from there.
    expect(() => makeDataFolder('/proc/nowhere/data')).toThrow(
      /^DATA_DIR cannot be written: .*nothing can be made there/,
    );
  });

  it('tell root apart in the folder of somebody else', () => {
    if (process.getuid?.() !== 0) return;
    expect(isRootInForeign(folder)).toBe(false);
    chownSync(folder, 65_534, 65_534);
    expect(isRootInForeign(folder)).toBe(true);
    expect(isRootInForeign(folder, 65_534)).toBe(false);
  });
});
