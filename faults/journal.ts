import { readSettings } from '../src/config.ts';
import { openDatabase, type Reader } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets.ts';
import type { Client } from './client.ts';
import { brokenInvariants } from './invariants.ts';
import { makePeople } from './people.ts';

/** What fetch throws where a connection breaks or nobody listens. */
const BROKEN = 'TypeError';

/**
 * What clients were told of each user and each bulk operation, and what they had asked for and never heard of; with that the
 * database is compared afterwards. A refusal is a promise as well: what was refused must not be there.
 */
export class Journal {
  /** How often what was asked for was answered in which way: `creating 303`. */
  readonly answers = new Map<string, number>();
  /** Answers of 503 that do not say why, or not when to come back. */
  wordless = 0;
  /** When changes were answered so, by the steady clock. */
  readonly refusedAt: number[] = [];
  readonly doneAt: number[] = [];
  private readonly users = new Map<string, string>();
  private readonly open = new Map<string, string>();
  private readonly operations = new Map<string, 'done' | 'refused' | 'never answered'>();

  /** How many changes were acknowledged. */
  get acknowledged(): number {
    return this.doneAt.length;
  }

  /** How often what was asked for was answered so; a connection that broke counts as `no answer`. */
  count(isCounted: (answer: string) => boolean): number {
    return [...this.answers].reduce((sum, [answer, times]) => (isCounted(answer) ? sum + times : sum), 0);
  }

  /** Everything that was answered, each with how often. */
  toString(): string {
    return [...this.answers].map(([answer, times]) => `${answer} × ${times}`).join(', ');
  }

  /** Sends one request and counts the answer; undefined where there was none. */
  async send(what: string, request: () => Promise<Response>): Promise<Response | undefined> {
    const response = await request().catch((error: Error) => {
      if (error.name !== BROKEN) throw error;
      return undefined;
    });
    const answer = `${what} ${response ? outcomeOf(response) : 'no answer'}`;
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
    if (response?.status === 503 && !(await saysWhy(response))) this.wordless++;
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
    const response = await this.send(what, request);
    if (!response) return undefined;
    this.open.delete(name);
    if (!this.note(response)) {
      if (!this.users.has(name)) this.users.set(name, NOT_THERE);
      return undefined;
    }
    this.users.set(name, state);
    return response;
  }

  /** The execution of the bulk operation with this path. */
  async execute(path: string, request: () => Promise<Response>): Promise<void> {
    this.operations.set(path, 'never answered');
    const response = await this.send('bulk', request);
    if (response) this.operations.set(path, this.note(response) ? 'done' : 'refused');
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

  private note(response: Response): boolean {
    const isDone = outcomeOf(response) === '303';
    (isDone ? this.doneAt : this.refusedAt).push(performance.now());
    return isDone;
  }
}

const NOT_THERE = 'not there';

function nameAndActivity({ name, activity }: { name: string; activity: string }): [string, string] {
  return [name, activity];
}

/** The status; a change that is answered with the way to the sign-in was not made. */
function outcomeOf(response: Response): string {
  const isSignedOut = response.status === 303 && response.headers.get('location')?.startsWith('/session/new');
  return isSignedOut ? 'signed out' : String(response.status);
}

async function saysWhy(response: Response): Promise<boolean> {
  return response.headers.has('retry-after') && /<p|"status"|starting/.test(await response.text());
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
export async function crowd(folder: string, people: number): Promise<number[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  try {
    return await makePeople({ db, config }, 'crowd', people);
  } finally {
    await db.close();
  }
}

/** Looks through the data of a server that has ended: where anything is broken, or not as the clients were told. */
export async function problemsIn(folder: string, journal: Journal): Promise<string[]> {
  const db = openDatabase(folder);
  try {
    const { secrets } = withSecrets(readSettings({ DATA_DIR: folder }, ''));
    const halves = await db
      .writer('users')
      .leftJoin('user_tags', 'user_tags.user_id', 'users.id')
      .whereNull('user_tags.tag_id')
      .whereNot('name', 'alice')
      .whereNot('name', 'like', 'crowd%')
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
