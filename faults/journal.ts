import { readSettings } from '../src/config.ts';
import { openDatabase, type Reader } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import type { Client } from './client.ts';
import { type Figure, met } from './fault.ts';
import { brokenInvariants } from './invariants.ts';
import { makePeople } from './people.ts';

/** What fetch throws where a connection breaks or nobody listens. */
const BROKEN = 'TypeError';
const NO_ANSWER = 'no answer';
const DONE = '303';
const DONE_OR_REFUSED = /^(303|503)$/;

/** A request and its answer; times by the steady clock, in milliseconds. */
export interface Sent {
  what: string;
  isChange: boolean;
  sentAt: number;
  /** Until then it is under way. */
  answeredAt?: number;
  /** Its status, or `no answer` where the connection broke. */
  answer?: string;
}

/** A change that was answered. */
export interface Change {
  isDone: boolean;
  sentAt: number;
  answeredAt: number;
}

/**
 * What clients were told of each user and each bulk operation, and what they had asked for and never heard of; with that the
 * database is compared afterwards. A refusal is a promise as well: what was refused must not be there.
 */
export class Journal {
  /** Answers of 503 that do not say why, or not when to come back. */
  wordless = 0;
  /** Answers of 503 that say that it may have been done. */
  private readonly unknown = new Set<Response>();
  private readonly sent: Sent[] = [];
  private readonly users = new Map<string, string>();
  private readonly open = new Map<string, string>();
  private readonly operations = new Map<string, 'done' | 'refused' | 'never answered'>();

  /** Every change that was answered. */
  get changes(): Change[] {
    return this.sent
      .filter(({ isChange, answer }) => isChange && answer !== undefined && answer !== NO_ANSWER)
      .map(({ sentAt, answeredAt, answer }) => ({ isDone: answer === DONE, sentAt, answeredAt: answeredAt! }));
  }

  get acknowledged(): number {
    return this.changes.filter(({ isDone }) => isDone).length;
  }

  get unknownOutcomes(): number {
    return this.unknown.size;
  }

  /** What was answered last after it was sent, and after how many milliseconds. */
  get slowest(): { what: string; took: number } {
    return this.sent
      .map(({ what, sentAt, answeredAt = sentAt }) => ({ what, took: answeredAt - sentAt }))
      .reduce((most, one) => (one.took > most.took ? one : most));
  }

  get refused(): number {
    return this.changes.filter(({ isDone }) => !isDone).length;
  }

  /** Milliseconds from that moment to the next change that was made. */
  firstDoneAfter(moment: number): number {
    const change = this.changes.find(({ isDone, answeredAt }) => isDone && answeredAt > moment);
    return (change?.answeredAt ?? Number.POSITIVE_INFINITY) - moment;
  }

  /** What was sent so many milliseconds ago or earlier, and is not answered yet. */
  underWay(since: number): Sent[] {
    const latest = performance.now() - since;
    return this.sent.filter(({ answer, sentAt }) => answer === undefined && sentAt <= latest);
  }

  /** How often anything was answered otherwise, as `creating 500 × 2`; undefined where nothing was. */
  answersOtherThan(allowed: RegExp): string | undefined {
    const times = new Map<string, number>();
    for (const { what, answer } of this.sent) {
      if (answer === undefined || allowed.test(answer)) continue;
      const key = `${what} ${answer}`;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    return times.size === 0 ? undefined : [...times].map(([key, count]) => `${key} × ${count}`).join(', ');
  }

  /** Sends one request and notes the answer; undefined where there was none. */
  async send(what: string, request: () => Promise<Response>, isChange = false): Promise<Response | undefined> {
    const sent: Sent = { what, isChange, sentAt: performance.now() };
    this.sent.push(sent);
    const response = await request().catch((error: Error) => {
      if (error.name !== BROKEN) throw error;
      return undefined;
    });
    sent.answeredAt = performance.now();
    sent.answer = response ? outcomeOf(response) : NO_ANSWER;
    if (response?.status === 503) {
      const words = await response.text();
      if (!response.headers.has('retry-after') || !/<p|"status"|starting/.test(words)) this.wordless++;
      if (words.includes('whether it was done')) this.unknown.add(response);
    }
    return response;
  }

  /** A request that brings this user into this state. Returns the answer where it was done. */
  async change(
    what: string,
    name: string,
    state: string,
    request: () => Promise<Response>,
  ): Promise<Response | undefined> {
    this.open.set(name, state);
    const response = await this.send(what, request, true);
    if (!response || this.unknown.has(response)) return undefined;
    this.open.delete(name);
    if (outcomeOf(response) !== DONE) {
      if (!this.users.has(name)) this.users.set(name, NOT_THERE);
      return undefined;
    }
    this.users.set(name, state);
    return response;
  }

  /** The execution of the bulk operation with this path. */
  async execute(path: string, request: () => Promise<Response>): Promise<void> {
    this.operations.set(path, 'never answered');
    const response = await this.send('bulk', request, true);
    if (!response || this.unknown.has(response)) return;
    this.operations.set(path, outcomeOf(response) === DONE ? 'done' : 'refused');
  }

  /** Where the database is not as the clients were told. What they never heard of may be either; from here on it is as it is. */
  async compare(db: Reader): Promise<string[]> {
    const problems: string[] = [];
    const found = new Map<string, string>((await db('users').select('name', 'activity')).map(nameAndActivity));
    for (const [name, state] of this.users) {
      const actual = found.get(name) ?? NOT_THERE;
      if (actual !== state && actual !== this.open.get(name))
        problems.push(`${name} was told to be ${state}, but is ${actual}`);
    }
    for (const name of this.open.keys()) this.users.set(name, found.get(name) ?? NOT_THERE);
    this.open.clear();
    for (const [path, told] of this.operations) {
      const id = Number(path.split('/').at(-1));
      const operation = await db('bulk_operations').where({ id }).first('executed_at');
      const isExecuted = operation?.executed_at != null;
      if (told !== 'never answered' && isExecuted !== (told === 'done'))
        problems.push(`operation ${id} was ${told}, but is ${isExecuted ? 'executed' : 'not executed'}`);
      const items = db('bulk_operation_items').where({ operation_id: id });
      const halves = await (isExecuted ? items.whereNull('outcome') : items.whereNotNull('outcome')).first(
        'subject_id',
      );
      if (halves) problems.push(`operation ${id} was executed by halves`);
    }
    return problems;
  }
}

/** They have no tag. */
export const CROWD = 'crowd';
const NOT_THERE = 'not there';

function nameAndActivity({ name, activity }: { name: string; activity: string }): [string, string] {
  return [name, activity];
}

/** The status; a change that is answered with the way to the sign-in was not made. */
function outcomeOf(response: Response): string {
  const isSignedOut = response.status === 303 && response.headers.get('location')?.startsWith('/session/new');
  return isSignedOut ? 'signed out' : String(response.status);
}

/** Creates users, deactivates each and activates every second one again, until it is over. */
export async function changeUsers(
  client: Client,
  journal: Journal,
  prefix: string,
  isOver: () => boolean,
): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    const name = `${prefix}n${n}`;
    const fields = {
      name,
      email: `${name}@example.com`,
      tags: 'fault',
      access: 'copy',
      newContactName: `Person ${name}`,
    };
    const created = await journal.change('creating', name, 'active', () => client.post('/users', fields));
    const path = created?.headers.get('location');
    if (!path) continue;
    const address = `${path}/deactivation`;
    const isDeactivated = await journal.change('deactivating', name, 'deactivated', () => client.post(address, {}));
    if (isDeactivated && n % 2 === 0)
      await journal.change('activating', name, 'active', () => client.post(address, { _method: 'delete' }));
  }
}

/** Deactivates and activates these by bulk operations in turn, until it is over. */
export async function changeMany(
  client: Client,
  journal: Journal,
  ids: number[],
  isOver: () => boolean,
): Promise<void> {
  let action = 'deactivate';
  while (!isOver()) {
    const drafted = await journal.send('drafting', () => client.post('/bulk-operations', { action, ids: ids.join() }));
    const path = drafted?.headers.get('location');
    if (!path?.startsWith('/bulk-operations/')) continue;
    await journal.execute(path, () => client.post(`${path}/execution`, {}));
    action = action === 'deactivate' ? 'activate' : 'deactivate';
  }
}

/** People with their audit events, whom bulk operations can change. */
export async function crowd(folder: string, people: number, name = CROWD): Promise<number[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  try {
    return await makePeople({ db, config }, name, people);
  } finally {
    await db.close();
  }
}

/** A folder, with a database on a server or with its own. */
interface Data {
  folder: string;
  databaseUrl?: string;
}

/** What must hold of everything that clients were told, once the server has ended. */
export async function figuresOf(
  folder: string,
  journal: Journal,
  { allowed } = { allowed: DONE_OR_REFUSED },
): Promise<Figure[]> {
  const odd = journal.answersOtherThan(allowed);
  const problems = await problemsIn(folder, journal);
  return [
    met('requests answered otherwise than they may be', odd ?? '0', '0', !odd),
    met('answers of 503 without words or Retry-After', String(journal.wordless), '0', journal.wordless === 0),
    met('damaged, lost, by halves, or without audit event', problems.join('; ') || '0', '0', problems.length === 0),
  ];
}

/** Looks through the data of a server that has ended: where anything is broken, or not as the clients were told. */
export async function problemsIn(place: string | Data, journal: Journal): Promise<string[]> {
  const { folder, databaseUrl } = typeof place === 'string' ? { folder: place } : place;
  const db = openDatabase(folder, databaseUrl);
  try {
    const { secrets } = withSecrets(readSettings({ DATA_DIR: folder }, ''));
    const halves = await db
      .writer('users')
      .leftJoin('user_tags', 'user_tags.user_id', 'users.id')
      .whereNull('user_tags.tag_id')
      .whereNot('name', 'alice')
      .whereNot('name', 'like', `${CROWD}%`)
      .pluck('name');
    return [
      ...(await brokenInvariants(db.writer, secrets.audit)),
      ...(await journal.compare(db.writer)),
      ...halves.map((name) => `${name} was created by halves: without its tag`),
    ];
  } finally {
    await db.close();
  }
}
