import fc from 'fast-check';
import { dayOf } from '../src/clock.ts';
import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { makeToken } from '../src/tokens/actions/token-making.ts';
import { SCOPES } from '../src/tokens/token.ts';
import { findSubject } from '../src/users/user-store.ts';
import { factsBesideAudit } from '../test/support/database.ts';
import { type AppInProcess, startAppInProcess } from './app-in-process.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { malformedCalls, sendCall } from './malformed-calls.ts';
import { complaintAbout, malformedRequests, sendMalformed } from './malformed-requests.ts';
import { actOf, makePeople } from './people.ts';
import { routesOf } from './routes.ts';

const PASSWORD = 'seven brown kettles sing';
const REQUESTS = 2_000;
const MOST_GROWTH = 0.1;

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
  const app = await startAppInProcess();
  try {
    const client = await browserOf(app, who);
    const patterns = [...new Set(routesOf(app.express).map((route) => route.split(' ')[1]))];
    const send = async (count: number): Promise<string[]> => {
      const complaints: string[] = [];
      for (const request of fc.sample(malformedRequests(patterns), count)) {
        const complaint = complaintAbout(await sendMalformed(app.url, client.cookie, client.token, request));
        if (complaint) complaints.push(`${request.method} ${request.path}: ${complaint}`);
      }
      return complaints;
    };
    const early = await send(Math.ceil(requests / 4));
    const before = await lasting(app);
    const memory = process.memoryUsage().rss;
    const complaints = [...early, ...(await send(requests))];
    const growth = process.memoryUsage().rss / memory - 1;
    const isSame = JSON.stringify(await lasting(app)) === JSON.stringify(before);
    return [
      met(
        `${who}: answers of 5xx, with innards, or after 2 s`,
        complaints.slice(0, 5).join('; ') || '0',
        '0',
        complaints.length === 0,
      ),
      ...(who === 'administrator' ? [] : [met(`${who}: changes`, isSame ? '0' : 'some', '0', isSame)]),
      met(`${who}: memory grew by`, `${(growth * 100).toFixed(1)} %`, '< 10 %', growth < MOST_GROWTH),
    ];
  } finally {
    await app.close();
  }
}

/** One that holds every scope, of an administrator: its calls get as far as any do. */
async function malformedByProgram(requests: number): Promise<Figure> {
  const app = await startAppInProcess({ TOKEN_REQUESTS: '100000' });
  try {
    const group = await app.db.write((trx) => administratorsGroup(trx, actOf(app.config)));
    const hash = await app.context.hasher.hash(PASSWORD);
    const [id] = await makePeople(app, 'administrator', 1, hash, { groups: [group] });
    const secret = await app.db.write(async (trx) => {
      const act = actOf(app.config);
      const subject = await findSubject(trx, id, dayOf(act.at));
      const own = { ...act, by: { ...act.by, id } };
      return (await makeToken(trx, own, subject, { name: 'faults', scopes: [...SCOPES], days: 1, addresses: [] }))
        .secret;
    });
    const complaints: string[] = [];
    for (const call of fc.sample(malformedCalls(), requests)) {
      const complaint = complaintAbout(await sendCall(app.url, secret, call));
      if (complaint) complaints.push(`${call.method} ${call.path}: ${complaint}`);
    }
    const told = complaints.slice(0, 5).join('; ') || '0';
    return met('program: answers of 5xx, with innards, or after 2 s', told, '0', complaints.length === 0);
  } finally {
    await app.close();
  }
}

async function browserOf(app: AppInProcess, who: string): Promise<Client> {
  const client = new Client(app.url);
  const hash = await app.context.hasher.hash(PASSWORD);
  const group = await app.db.write((trx) => administratorsGroup(trx, actOf(app.config)));
  await makePeople(app, 'administrator', 1, hash, { groups: [group] });
  await makePeople(app, 'member', 1, hash);
  if (who === 'guest') await client.open('/session/new');
  else await client.signIn(`${who}0`, PASSWORD);
  return client;
}

/** All but what keeps count of tries and of visits. */
async function lasting(app: AppInProcess) {
  const { sessions: _, lockouts: __, ...rest } = await factsBesideAudit(app);
  return rest;
}
