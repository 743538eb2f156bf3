import { minuteOf } from '../src/clock.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { makeToken } from '../src/tokens/actions/token-making.ts';
import { findUserByIdentifier } from '../src/users/user-lookup.ts';
import { findSubject } from '../src/users/user-store.ts';
import { actSettings } from '../src/verbs/act.ts';
import { commandLineAct } from '../src/verbs/program-act.ts';
import type { Administrator } from './data.ts';
import { Load, type Measured, startApp, startCheckFloor } from './processes.ts';
import { type Effort, median } from './rounds.ts';

const CONNECTIONS = 16;
const ASKED = 200;
const AT_ONCE = 100;
/** A minute of measuring is no minute of a program. */
const UNLIMITED = { TOKEN_REQUESTS: '1000000' };

interface Question {
  user: string;
  application: string;
  access: string;
}

/** What `/api/v1/check` answers a second, one by one and a hundred at once, beside a bare prepared query behind node:http. */
export async function checksBesideQuery(
  { folder, administrator }: { folder: string; administrator: Administrator },
  effort: Effort,
  say: (what: string) => void,
): Promise<string> {
  const { token, questions } = await prepared(folder, administrator);
  const app = await startApp(folder, undefined, UNLIMITED);
  const floor = await startCheckFloor(folder);
  const load = new Load();
  try {
    const headers = { authorization: `Bearer ${token}` };
    const rates = { query: [] as number[], single: [] as number[], batch: [] as number[] };
    const one = (measured: Measured, path: string) =>
      asked(
        load,
        measured,
        effort,
        questions.map((question) => ({ path: `${path}?${new URLSearchParams({ ...question })}`, headers })),
      );
    const many = () => {
      const body = JSON.stringify({ checks: questions.slice(0, AT_ONCE) });
      const json = { ...headers, 'content-type': 'application/json' };
      return asked(load, app, effort, [{ method: 'POST', path: '/api/v1/checks', headers: json, body }]);
    };
    await one(app, '/api/v1/check');
    await one(floor, '/');
    for (let round = 0; round < effort.rounds; round++) {
      say(`round ${round + 1}`);
      rates.query.push(await one(floor, '/'));
      rates.single.push(await one(app, '/api/v1/check'));
      rates.batch.push((await many()) * AT_ONCE);
    }
    const query = median(rates.query);
    const line = (what: string, rate: number) => `| ${what} | ${rate.toFixed(0)}/s | ${(rate / query).toFixed(2)} × |`;
    return [
      '| checks, at 16 connections | a second | of the query |',
      '| --- | --- | --- |',
      line('a bare prepared query behind node:http, without token and reasons', query),
      line('`GET /api/v1/check`', median(rates.single)),
      line(`\`POST /api/v1/checks\`, ${AT_ONCE} at once`, median(rates.batch)),
    ].join('\n');
  } finally {
    load.stop();
    await Promise.all([app.stop(), floor.stop()]);
  }
}

type Asked = { method?: 'POST'; path: string; headers: Record<string, string>; body?: string };

async function asked(load: Load, { url }: Measured, effort: Effort, requests: Asked[]): Promise<number> {
  const job = { url, connections: CONNECTIONS, duration: effort.seconds, expectedStatus: 200 };
  const figures = await load.run({ ...job, requests });
  if (figures.failed > 0) throw new Error(`${figures.failed} of ${figures.requests} checks failed`);
  return figures.perSecond;
}

/** A token of the administrator, and what is asked with it: of people spread over the house. */
async function prepared(folder: string, { name }: Administrator): Promise<{ token: string; questions: Question[] }> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  try {
    const act = commandLineAct(actSettings(config));
    const user = (await findUserByIdentifier(db.read, name))!;
    const token = await db.write(async (trx) => {
      const subject = await findSubject(trx, user.id, minuteOf(act.at));
      const values = { name: 'bench', scopes: ['users:read' as const, 'check' as const], days: 1, addresses: [] };
      // One's own: nobody makes one for another person.
      return (await makeToken(trx, { ...act, by: { ...act.by, id: user.id } }, subject, values)).secret;
    });
    const [{ most }] = await db.read('users').max('id as most');
    const step = Math.max(1, Math.floor(Number(most) / ASKED));
    const names: string[] = await db
      .read('users')
      .whereRaw('id % ? = 0', [step])
      .where('activity', 'active')
      .pluck('name');
    const applications = ['users', 'contacts', 'audit'];
    const questions = names.map((one, n) => ({
      user: one,
      application: applications[n % applications.length],
      access: n % 2 === 0 ? 'read' : 'write',
    }));
    return { token, questions };
  } finally {
    await db.close();
  }
}
