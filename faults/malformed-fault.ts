import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { hashOfSecret } from '../src/access/secret-hash.ts';
import { PREFIX } from '../src/api/contract/lists.ts';
import { ROUTES } from '../src/api/routes.ts';
import { DAY, instant } from '../src/clock.ts';
import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { SCOPES } from '../src/tokens/token.ts';
import { beginningOf, newSecret } from '../src/tokens/token-secret.ts';
import { insertToken } from '../src/tokens/token-store.ts';
import { factsBesideAudit } from '../test/support/database.ts';
import { type AppInProcess, startAppInProcess } from './app-in-process.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { malformedCalls, sendCall } from './malformed-calls.ts';
import { complaintAbout, malformedRequests, type Sender, sendMalformed } from './malformed-requests.ts';
import { actOf, makePeople } from './people.ts';
import { routesOf } from './routes.ts';

const PASSWORD = 'seven brown kettles sing';
const REQUESTS = 2_000;
const LONGEST = 1_000;
const MOST_GROWTH = 0.1;
/** So many are made up at once: all at once they would weigh more than what they are to find. */
const AT_ONCE = 500;
/** Far more than are sent within a minute: what is refused for their number is tried with nothing. */
const TOKEN_REQUESTS = '1000000';

export const malformedFault: Fault = {
  name: 'F8',
  title: 'malformed requests to every route, by a guest, a member, an administrator and a program',
  async run({ rounds = REQUESTS }) {
    const figures: Figure[] = [told('requests of each', String(rounds))];
    // The first growth of this process, and what its libraries make once, are no leak: they come before the measurement.
    await malformed('guest', rounds);
    for (const who of ['guest', 'member', 'administrator']) figures.push(...(await malformed(who, rounds)));
    figures.push(await malformedByProgram(rounds));
    return figures;
  },
};

async function malformed(who: string, requests: number): Promise<Figure[]> {
  const app = await startAppInProcess({ TOKEN_REQUESTS });
  try {
    const sender = await senderOf(app, who);
    const ofPrograms = ROUTES.map(({ path }) => `${PREFIX}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    const patterns = [...new Set([...routesOf(app.express).map((route) => route.split(' ')[1]), ...ofPrograms])];
    const send = async (count: number): Promise<string[]> => {
      const complaints: string[] = [];
      for (let left = count; left > 0; left -= AT_ONCE)
        for (const request of fc.sample(malformedRequests(patterns), Math.min(left, AT_ONCE))) {
          const complaint = complaintAbout(await sendMalformed(app.url, sender, request), LONGEST);
          if (complaint) complaints.push(`${request.method} ${request.path} (${request.framing}): ${complaint}`);
        }
      return complaints;
    };
    const early = await send(Math.ceil(requests / 4));
    const before = await lasting(app);
    const memory = heldMemory();
    const complaints = [...early, ...(await send(requests))];
    const growth = heldMemory() / memory - 1;
    const changed = differing(before, await lasting(app));
    return [
      met(
        `${who}: answers of 5xx, with innards, or after 1 s`,
        complaints.slice(0, 5).join('; ') || '0',
        '0',
        complaints.length === 0,
      ),
      ...(who === 'administrator'
        ? []
        : [met(`${who}: changes`, changed.join('; ') || '0', '0', changed.length === 0)]),
      met(`${who}: memory grew by`, `${(growth * 100).toFixed(1)} %`, '< 10 %', growth < MOST_GROWTH),
    ];
  } finally {
    await app.close();
  }
}

/** One that holds every scope, of an administrator: its calls get as far as any do. */
async function malformedByProgram(requests: number): Promise<Figure> {
  const app = await startAppInProcess({ TOKEN_REQUESTS });
  try {
    const { bearer = '' } = await senderOf(app, 'administrator');
    const complaints: string[] = [];
    for (const call of fc.sample(malformedCalls(), requests)) {
      const complaint = complaintAbout(await sendCall(app.url, bearer, call), LONGEST);
      if (complaint) complaints.push(`${call.method} ${call.path}: ${complaint}`);
    }
    const told = complaints.slice(0, 5).join('; ') || '0';
    return met('program: answers of 5xx, with innards, or after 1 s', told, '0', complaints.length === 0);
  } finally {
    await app.close();
  }
}

/** Of the whole process, without what nobody holds any more. */
function heldMemory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 2; n++) collect();
  return process.memoryUsage().rss;
}

async function senderOf(app: AppInProcess, who: string): Promise<Sender> {
  const client = new Client(app.url);
  const hash = await app.context.hasher.hash(PASSWORD);
  const group = await app.db.write((trx) => administratorsGroup(trx, actOf(app.config)));
  const [administrator] = await makePeople(app, 'administrator', 1, hash, { groups: [group] });
  const [member] = await makePeople(app, 'member', 1, hash);
  if (who === 'guest') {
    await client.open('/session/new');
    return { cookie: client.cookie, token: client.token };
  }
  await client.signIn(`${who}0`, PASSWORD);
  const bearer = await tokenOf(app, who === 'member' ? member : administrator);
  return { cookie: client.cookie, token: client.token, bearer };
}

/** Of a program that may do all that they may. */
async function tokenOf(app: AppInProcess, userId: number): Promise<string> {
  const secret = newSecret();
  const [createdAt, expiresAt] = [Date.now(), Date.now() + DAY].map((at) => instant(at));
  const token = {
    userId,
    name: 'malformed',
    scopes: [...SCOPES],
    addresses: [],
    createdAt,
    createdBy: userId,
    expiresAt,
  };
  await app.db.write((trx) =>
    insertToken(trx, { ...token, beginning: beginningOf(secret), hash: hashOfSecret(secret) }),
  );
  return secret;
}

/**
 * All but what keeps count of tries (of the account, and of a browser that is known for it), of visits and of uses of a token, and what waits
 * to be confirmed where the run takes longer than nobody is asked.
 */
async function lasting(app: AppInProcess) {
  const { sessions: _, lockouts: __, tokens: ___, ...more } = await factsBesideAudit(app);
  const { device_lockouts: _devices, known_devices: _known, sealed_requests: _waiting, ...rest } = more;
  return { ...rest, tokens: await app.db.read('tokens').orderBy('id').select('id', 'name', 'scopes', 'ended_at') };
}

/** What is there now and was not, or the reverse: the table and the row. */
function differing(before: object, after: object): string[] {
  const rowsOf = (all: object) =>
    Object.entries(all).flatMap(([table, rows]) => [rows].flat().map((row) => `${table} ${JSON.stringify(row)}`));
  const [was, is] = [new Set(rowsOf(before)), new Set(rowsOf(after))];
  return [...is]
    .filter((row) => !was.has(row))
    .concat([...was].filter((row) => !is.has(row)).map((row) => `gone: ${row}`));
}
