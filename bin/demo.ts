import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type People, seedCast } from '../seeds/cast.ts';
import { demoPassword } from '../seeds/demo-password.ts';
import { generateUsers } from '../seeds/generator.ts';
import type { AppContext } from '../src/app-context.ts';
import { instant } from '../src/clock.ts';
import { givenSettings, readSettings } from '../src/config.ts';
import { explained, fail } from '../src/failure.ts';
import { makeWorkshop } from '../src/installation/data/data-folder.ts';
import { Mailbox } from '../src/mail/mailbox.ts';
import { linkAddress } from '../src/one-time-links/one-time-link.ts';
import { findToken } from '../src/one-time-links/open-links.ts';
import { serve } from '../src/serving/serve.ts';

const MADE_UP = 500;
/** Where it listens and what it is called; nothing that leads to real data, mail or secrets. */
const KEPT = ['PORT', 'HOST', 'BASE_URL', 'TRUST_PROXY', 'INSTANCE_NAME', 'LOG_LEVEL'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

try {
  await demo();
} catch (error) {
  fail(explained(error));
}

/** The same program on a folder that is gone afterwards, with the cast of the tests and some more people. */
async function demo(): Promise<void> {
  const folder = makeWorkshop(tmpdir(), 'roster-demo-');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Until the server takes the signals they would end the process without an exit, and leave the folder behind.
  const leave = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, leave);

  const given = Object.entries(givenSettings()).filter(([name]) => KEPT.includes(name));
  const settings = readSettings(
    { LOG_LEVEL: 'warn', ...Object.fromEntries(given), DATA_DIR: folder, DAILY_BACKUPS: '0' },
    '',
  );
  const password = demoPassword();
  let invitation = '';
  const baseUrl = await serve(settings, {
    beforeListen: async (context) => {
      const { carol } = await fill(context, password);
      const { db, actSettings } = context;
      const open = await findToken(db.read, 'invitation', carol, actSettings.links, instant(Date.now()));
      invitation = open?.token ?? '';
    },
    mailbox: new Mailbox(),
    showsInterface: true,
  });
  for (const signal of SIGNALS) process.off(signal, leave);
  console.log(`Sign in as alice with ${password}`);
  console.log(
    'With the same password: ada (administrator), max (maintains users), rita (looks at everything), lena (leads Support), bob (a member)',
  );
  console.log(`carol is invited and has no password yet: ${linkAddress(baseUrl, 'invitation', invitation)}`);
  console.log('Nothing is kept: it all goes when you stop this with Ctrl-C.');
}

async function fill({ db, config, actSettings, hasher }: AppContext, password: string): Promise<People> {
  const { loginAttempts, invitationHours } = config;
  const options = { settings: actSettings, loginAttempts, now: Date.now() };
  const people = await seedCast(db, { ...options, passwordHash: await hasher.hash(password) });
  const nobodys = await hasher.hash(randomBytes(32).toString('base64'));
  await generateUsers(db, { ...options, invitationHours, users: MADE_UP, passwordHash: nobodys });
  return people;
}
