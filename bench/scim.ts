import { limitsAt, ms, RECORD_P50 } from './budget.ts';
import type { Administrator } from './data.ts';
import type { Figures } from './load.ts';
import { Load, startApp } from './processes.ts';
import { type Effort, medians } from './rounds.ts';
import { type ProvisionedHouse, provisionedHouse } from './scim-data.ts';

/** A minute of measuring is no minute of a program. */
const UNLIMITED = { TOKEN_REQUESTS: '1000000' };
const PAGE = 50;
const WRITTEN = 100;

interface Asked {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: string;
}

/** What is asked in one row of the report, anew in each round; `p50` is what it may take. */
interface Row {
  label: string;
  budget?: number;
  expectedStatus: number;
  requests(round: number): Asked[];
}

/** What a program that keeps everybody in step waits for, one request after the other, beside the budget of the pages that do the same. */
export async function scimBesideBudget(
  { folder, administrator }: { folder: string; administrator: Administrator },
  users: number,
  effort: Effort,
  say: (what: string) => void,
): Promise<string> {
  say('the same, provisioned');
  const house = await provisionedHouse(folder, administrator);
  const app = await startApp(house.folder, undefined, UNLIMITED);
  const load = new Load();
  try {
    const headers = { authorization: `Bearer ${house.token}`, 'content-type': 'application/scim+json' };
    const ask = async ({ requests, expectedStatus }: Row, round: number) => {
      const list = requests(round).map((one) => ({ ...one, path: `/scim/v2${one.path}`, headers }));
      const amount = list[0].method === 'GET' ? Math.max(effort.leastRequests, list.length) : list.length;
      const figures = await load.run({ url: app.url, connections: 1, amount, expectedStatus, requests: list });
      if (figures.failed > 0) throw new Error(`${figures.failed} of ${figures.requests} requests of SCIM failed`);
      return figures;
    };
    const rows = rowsFor(house, users);
    for (const row of rows) await ask(row, 0);
    const rounds = rows.map((): Figures[] => []);
    for (let round = 1; round <= effort.rounds; round++) {
      say(`round ${round}`);
      for (const [n, row] of rows.entries()) rounds[n].push(await ask(row, round));
    }
    return table(rows.map((row, n) => ({ ...row, figures: medians(rounds[n]) })));
  } finally {
    load.stop();
    await app.stop();
    house.forget();
  }
}

function rowsFor({ users, total }: ProvisionedHouse, size: number): Row[] {
  const { filterP50, searchP50 } = limitsAt(size);
  const reading = (label: string, budget: number, paths: string[]): Row => ({
    label,
    budget,
    expectedStatus: 200,
    requests: () => paths.map((path) => ({ method: 'GET', path })),
  });
  const filtered = (filter: string, more = '') => `/Users?filter=${encodeURIComponent(filter)}${more}`;
  const page = (from: number) => `/Users?count=${PAGE}&startIndex=${Math.max(1, from)}`;
  return [
    reading(
      'one user',
      RECORD_P50,
      users.map(({ handle }) => `/Users/${handle}`),
    ),
    reading(`a page of ${PAGE}, the first`, filterP50, [page(1)]),
    reading('in the middle', filterP50, [page(Math.floor(total / 2))]),
    reading('at the end', filterP50, [page(total - PAGE)]),
    reading('sorted by userName', filterP50, [`${page(1)}&sortBy=userName`]),
    reading(
      '`userName eq`',
      filterP50,
      users.map(({ userName }) => filtered(`userName eq "${userName}"`)),
    ),
    reading(
      '`emails.value eq`',
      filterP50,
      users.map(({ email }) => filtered(`emails.value eq "${email}"`)),
    ),
    reading('`active eq false`, a page', filterP50, [filtered('active eq false', `&count=${PAGE}`)]),
    reading('`displayName co`, a page', searchP50, [filtered('displayName co "mar"', `&count=${PAGE}`)]),
    { label: 'POST: make a user', expectedStatus: 201, requests: (round) => several((n) => made(`${round}-${n}`)) },
    {
      label: 'PATCH: title and displayName',
      expectedStatus: 200,
      requests: (round) => several((n) => patched(users[n % users.length].handle, `Round ${round}`)),
    },
  ];
}

function several(one: (n: number) => Asked): Asked[] {
  return Array.from({ length: WRITTEN }, (_, n) => one(n));
}

function made(name: string): Asked {
  const email = `scim-${name}@example.com`;
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `scim-${name}`,
    externalId: `new-${name}`,
    displayName: `Somebody ${name}`,
    active: true,
    emails: [{ value: email, primary: true }],
  };
  return { method: 'POST', path: '/Users', body: JSON.stringify(body) };
}

function patched(handle: string, title: string): Asked {
  const Operations = ['title', 'displayName'].map((path) => ({ op: 'replace', path, value: title }));
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
  return { method: 'PATCH', path: `/Users/${handle}`, body: JSON.stringify(body) };
}

function table(rows: (Row & { figures: Figures })[]): string {
  return [
    '| SCIM, one request after the other | p50 | p99 | budget, p50 | |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ label, budget, figures }) => {
      const verdict = budget === undefined ? '' : figures.p50 <= budget ? 'met' : '**missed**';
      return `| ${label} | ${ms(figures.p50)} | ${ms(figures.p99)} | ${budget ? `≤ ${budget} ms` : 'none'} | ${verdict} |`;
    }),
  ].join('\n');
}
