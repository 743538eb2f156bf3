import { DAY, HOUR, MINUTE } from '../src/clock.ts';
import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { type Faults, type MailServer, smtpError, startMailServer } from '../test/support/mail-server.ts';
import { PASSWORD, settingsOfAlice } from './alice.ts';
import { type AppInProcess, startAppInProcess } from './app-in-process.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { actOf, makePeople } from './people.ts';
import { killServers, makePlace, openPlace, type Place, startServers } from './place.ts';

const INVITED = 20;
const ROUNDS = 20;
const TARPIT = 60_000;
const SLOWEST_REQUEST = 300;
const MAIL_FROM = 'Roster <roster@example.com>';

/** A mail server that misbehaves for a while, and then no longer. */
interface Trouble {
  what: string;
  /** How it misbehaves; undefined: it is not there at all. */
  faults?: Faults;
  /** How long, by the program's clock. */
  lasts: number;
  /** How often a mail may arrive; a connection that is dropped after the mail was taken leaves no choice but to repeat. */
  mayRepeat?: boolean;
  /** The mails are refused for good: none arrives, and each shows as not delivered. */
  isForGood?: boolean;
}

const TROUBLES: Trouble[] = [
  { what: 'down for a day', lasts: DAY },
  { what: '4xx for three hours', faults: { onRecipient: refuse(451, 'Try again later') }, lasts: 3 * HOUR },
  {
    what: '5xx for the recipient',
    faults: { onRecipient: refuse(550, 'No such user') },
    lasts: MINUTE,
    isForGood: true,
  },
  { what: '5xx for the text', faults: { onReceived: refuse(554, 'Refused') }, lasts: MINUTE, isForGood: true },
  {
    what: '5xx for the sender',
    faults: { options: { onMailFrom: (_, __, done) => done(smtpError(550, 'Not you')) } },
    lasts: HOUR,
  },
  { what: 'TLS that cannot be trusted', faults: { options: { disabledCommands: [], secure: false } }, lasts: HOUR },
];

export const mailFault: Fault = {
  name: 'F7',
  title: 'a mail server in trouble, and SIGKILL while sending',
  async run({ rounds = ROUNDS, seconds }) {
    const figures: Figure[] = [];
    for (const trouble of TROUBLES) figures.push(...figuresOf(trouble, await mailTrouble(trouble, INVITED)));
    figures.push(...(await droppedAfterData()));
    figures.push(...(await tarpit(seconds === undefined ? TARPIT : seconds * 1_000)));
    const { kills, lost, mostCopies, doubled } = await killWhileSending(rounds);
    return [
      ...figures,
      told('SIGKILL while sending: kills, mails that came twice', `${kills}, ${doubled}`),
      met('the same: lost', String(lost), '0', lost === 0),
      met('the same: copies of one mail at most', String(mostCopies), '≤ 2', mostCopies <= 2),
      met('the same: duplicates', String(doubled), `≤ ${kills}, one per kill`, doubled <= kills),
    ];
  },
};

export interface TroubleReport {
  invited: number;
  arrived: number;
  duplicates: number;
  notDelivered: number;
  slowestRequest: number;
}

function figuresOf({ what, isForGood }: Trouble, report: TroubleReport): Figure[] {
  const { invited, arrived, duplicates, notDelivered, slowestRequest } = report;
  const wanted = isForGood ? { arrived: 0, notDelivered: invited } : { arrived: invited, notDelivered: 0 };
  return [
    met(
      `${what}: arrived, shown as not delivered, of ${invited}`,
      `${arrived}, ${notDelivered}`,
      `${wanted.arrived}, ${wanted.notDelivered}`,
      arrived === wanted.arrived && notDelivered === wanted.notDelivered,
    ),
    met(`${what}: duplicates`, String(duplicates), '0', duplicates === 0),
    quick(`${what}: slowest request that invites`, slowestRequest),
  ];
}

/** Invites so many while the trouble lasts, then mends the server and looks what arrives. Time is the program's own. */
async function mailTrouble({ faults, lasts }: Trouble, invited: number): Promise<TroubleReport> {
  let now = Date.now();
  let server = await startMailServer(faults);
  const { port } = server;
  if (!faults) await server.close();
  const app = await startAppInProcess({ SMTP_URL: server.url, MAIL_FROM }, () => now);
  try {
    const { slowestRequest } = await invite(app, invited);
    for (let passed = 0; passed < lasts; passed += MINUTE) {
      await rounds(app);
      now += MINUTE;
    }
    if (faults) await server.close();
    server = await startMailServer({ port });
    for (let passed = 0; passed <= HOUR; passed += MINUTE) {
      await rounds(app);
      now += MINUTE;
    }
    return { ...(await outcome(app, server, invited)), slowestRequest };
  } finally {
    await app.close();
    await server.close();
  }
}

/** The connection ends when the mail was taken, but before the program was told: whether it arrived nobody can know. */
async function droppedAfterData(): Promise<Figure[]> {
  let now = Date.now();
  let drops = 3;
  const server = await startMailServer({
    onAccepted: () => {
      if (drops-- > 0) throw smtpError(421, 'Closing');
    },
  });
  const app = await startAppInProcess({ SMTP_URL: server.url, MAIL_FROM }, () => now);
  try {
    await invite(app, 1);
    for (let passed = 0; passed <= HOUR; passed += MINUTE) {
      await rounds(app);
      now += MINUTE;
    }
    const ids = new Set(server.mails.map((mail) => mail.messageId));
    return [
      met(
        'dropped after DATA, three times: copies, all with one message id',
        `${server.mails.length}, ${ids.size}`,
        '4, 1',
        server.mails.length === 4 && ids.size === 1,
      ),
    ];
  } finally {
    await app.close();
    await server.close();
  }
}

/** A server that keeps every sender waiting: requests do not wait with it. */
async function tarpit(milliseconds: number): Promise<Figure[]> {
  const server = await startMailServer({
    onRecipient: () => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  const app = await startAppInProcess({ SMTP_URL: server.url, MAIL_FROM });
  try {
    const { client } = await invite(app, 1);
    const round = rounds(app);
    let slowest = 0;
    for (let n = 0; n < INVITED; n++) slowest = Math.max(slowest, await inviteOne(client, `late${n}`));
    await Promise.race([round, new Promise((resolve) => setTimeout(resolve, milliseconds + 5_000))]);
    const what = `tarpit of ${milliseconds / 1_000} s`;
    return [
      met(`${what}: the first mail arrived`, String(server.mails.length), '≥ 1', server.mails.length >= 1),
      quick(`${what}: slowest request that invites meanwhile`, slowest),
    ];
  } finally {
    // The server lets nobody go before its time: the program is not waited for.
    void app.close();
    void server.close();
  }
}

export interface KillReport {
  kills: number;
  lost: number;
  doubled: number;
  mostCopies: number;
}

/** Kills the program while it hands over a mail: one half right after the server took it, the other half before. */
export async function killWhileSending(rounds: number): Promise<KillReport> {
  let kill = () => {};
  let invited: Promise<unknown> = Promise.resolve();
  let when: 'taken' | 'asked' | 'never' = 'never';
  const at = (moment: typeof when) => {
    if (when !== moment) return undefined;
    when = 'never';
    kill();
    // The client hears nothing any more.
    return new Promise<void>(() => {});
  };
  const server = await startMailServer({ onAccepted: () => at('taken'), onRecipient: () => at('asked') });
  const place = await makePlace({ ...settingsOfAlice(), SMTP_URL: server.url, MAIL_FROM });
  const client = new Client('');
  try {
    for (let round = 0; round < rounds; round++) {
      const programs = await startServers(place);
      client.url = programs[round % programs.length].url;
      // Whoever invited has their answer by then: only the mail is to be in the middle.
      const killed = new Promise<void>((resolve) => {
        kill = () => void invited.finally(() => killServers(place, programs).then(resolve));
      });
      if (round === 0) await client.signIn('alice', PASSWORD);
      // So that each kill meets the mail of its own round.
      await untilArrived(server, round);
      when = round % 2 === 0 ? 'taken' : 'asked';
      invited = inviteOne(client, `guest${round}`);
      await invited;
      await killed;
      await hurry(place);
    }
    const programs = await startServers(place);
    await untilArrived(server, rounds);
    // What would come twice comes now.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await killServers(place, programs);
    const copies = [...arrived(server).values()];
    return {
      kills: rounds,
      lost: rounds - copies.length,
      doubled: copies.reduce((sum, number) => sum + number - 1, 0),
      mostCopies: Math.max(0, ...copies),
    };
  } finally {
    // Connections of the dead are still open.
    void server.close();
    await place.remove();
  }
}

/** As if the pause before the next attempt were over. */
async function hurry(place: Place): Promise<void> {
  const db = openPlace(place);
  await db.write((trx) => trx('outbox').update({ next_at: '2000-01-01T00:00:00.000Z' }));
  await db.close();
}

/** Waits for mails to so many recipients, but not for ever. */
async function untilArrived(server: MailServer, recipients: number): Promise<void> {
  for (let patience = 0; patience < 200 && arrived(server).size < recipients; patience++)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

/** How many copies each recipient got. */
function arrived({ mails }: MailServer): Map<string, number> {
  const copies = new Map<string, number>();
  for (const { recipients } of mails) copies.set(recipients[0], (copies.get(recipients[0]) ?? 0) + 1);
  return copies;
}

async function outcome({ db }: AppInProcess, server: MailServer, invited: number) {
  const copies = [...arrived(server).values()];
  const failed = await db.read('outbox').whereNotNull('failed_at').count('* as mails').first();
  return {
    invited,
    arrived: copies.length,
    duplicates: copies.reduce((sum, number) => sum + number - 1, 0),
    notDelivered: Number(failed?.mails),
  };
}

/** One of each process. */
async function rounds({ contexts }: AppInProcess): Promise<void> {
  await Promise.all(contexts.map(({ mail }) => mail!.round()));
}

/** Invites by the form, as an administrator does, and times it. */
async function invite(app: AppInProcess, count: number): Promise<{ client: Client; slowestRequest: number }> {
  const hash = await app.context.hasher.hash(PASSWORD);
  const group = await app.db.write((trx) => administratorsGroup(trx, actOf(app.config)));
  await makePeople(app, 'admin', 1, hash, { groups: [group] });
  const client = new Client(app.url);
  await client.signIn('admin0', PASSWORD);
  let slowestRequest = 0;
  for (let n = 0; n < count; n++) slowestRequest = Math.max(slowestRequest, await inviteOne(client, `guest${n}`));
  return { client, slowestRequest };
}

async function inviteOne(client: Client, name: string): Promise<number> {
  const start = performance.now();
  const made = await client.post('/users', { name, email: `${name}@example.com`, access: 'mail' });
  if (made.status !== 303) throw new Error(`inviting was answered with ${made.status}`);
  return performance.now() - start;
}

function quick(what: string, milliseconds: number): Figure {
  return met(what, `${Math.round(milliseconds)} ms`, `< ${SLOWEST_REQUEST} ms`, milliseconds < SLOWEST_REQUEST);
}

function refuse(code: number, message: string): () => void {
  return () => {
    throw smtpError(code, message);
  };
}
