import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Event,
  Group,
  GroupChange,
  Item,
  NewGroup,
  NewOperation,
  NewUser,
  Operation,
  Page,
  Permissions,
  Problem,
  User,
  UserChange,
} from './shapes.ts';

const PREFIX = '/api/v1';
/** So often it is asked again where the answer was "not now", or none came. */
const MOST_TRIES = 3;
const LONGEST_WAIT = 60_000;
const PATIENCE = 60_000;
/** The longest pages take the fewest requests. */
const AT_ONCE = 200;

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What the other side refused, in its words; with the status 0 where it does not answer. */
export class RosterProblem extends Error {
  readonly status: number;
  readonly errors: { field: string; detail: string }[];

  constructor({ status, detail, errors = [] }: Pick<Problem, 'status' | 'detail' | 'errors'>) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** A Roster somewhere else, asked by a token as its description says. */
export class RosterClient {
  readonly #origin: string;
  readonly #token: string;
  readonly users: Records<User, NewUser, UserChange>;
  readonly groups: Records<Group, NewGroup, GroupChange>;
  readonly audit: Pick<Records<Event, never, never>, 'list' | 'get'>;

  constructor({ address, token }: { address: string; token: string }) {
    this.#origin = new URL(address).origin;
    this.#token = token;
    this.users = new Records(this, '/users');
    this.groups = new Records(this, '/groups');
    this.audit = new Records(this, '/audit');
  }

  /** Asks, and gives what is answered. Throws RosterProblem. */
  async ask<Answer>(
    method: Method,
    path: string,
    { body, version }: { body?: object; version?: number | '*' } = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#token}` };
    if (body) headers['Content-Type'] = 'application/json';
    if (version !== undefined) headers['If-Match'] = version === '*' ? '*' : `"${version}"`;
    // So that it is done once, however often it has to be sent.
    if (method === 'POST') headers['Idempotency-Key'] = randomUUID();
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const isRepeatable = method !== 'PATCH';
    for (let tries = 1; ; tries++) {
      const response = await this.#send(path, request).catch((error) => {
        if (!isRepeatable || tries === MOST_TRIES) throw unreachable(error);
      });
      if (response?.ok) return (await response.json()) as Answer;
      const wait = response ? waitAfter(response) : tries * 1_000;
      if (response && (wait === undefined || tries === MOST_TRIES)) throw await problemIn(response);
      await sleep(wait);
    }
  }

  /** All of a list, page after page. */
  async *all<One>(path: string): AsyncGenerator<One> {
    for (let next: string | null = path; next !== null; ) {
      const page: Page<One> = await this.ask('GET', next);
      yield* page.items;
      next = page.next?.slice(PREFIX.length) ?? null;
    }
  }

  permissionsOf(groupId: number): Promise<Permissions> {
    return this.ask('GET', `/groups/${groupId}/permissions`);
  }

  grant(groupId: number, application: string, level: 'read' | 'write' | 'none'): Promise<Permissions> {
    const path = `/groups/${groupId}/permissions/${encodeURIComponent(application)}`;
    return level === 'none' ? this.ask('DELETE', path) : this.ask('PUT', path, { body: { level } });
  }

  /** Where no end is said, who is in the group already keeps theirs; null takes it away. */
  join(userId: number, groupId: number, until?: string | null): Promise<User> {
    return this.ask('PUT', `/users/${userId}/groups/${groupId}`, { body: { until } });
  }

  leave(userId: number, groupId: number): Promise<User> {
    return this.ask('DELETE', `/users/${userId}/groups/${groupId}`);
  }

  begin(operation: NewOperation): Promise<Operation> {
    return this.ask('POST', '/bulk-operations', { body: operation });
  }

  beginUndoing(id: number): Promise<Operation> {
    return this.ask('POST', `/bulk-operations/${id}/undoing`);
  }

  /** Has a draft done at that moment. */
  schedule(id: number, dueAt: string): Promise<Operation> {
    return this.ask('PUT', `/bulk-operations/${id}/schedule`, { body: { dueAt } });
  }

  /** Lets one that is under way wait, go on, or be. */
  steer(method: 'POST' | 'DELETE', id: number, noun: 'pause' | 'cancellation'): Promise<Operation> {
    return this.ask(method, `/bulk-operations/${id}/${noun}`);
  }

  operation(id: number): Promise<Operation> {
    return this.ask('GET', `/bulk-operations/${id}`);
  }

  operations(): AsyncGenerator<Operation> {
    return this.all('/bulk-operations');
  }

  items(id: number, filter: Record<string, string> = {}): AsyncGenerator<Item> {
    return this.all(`/bulk-operations/${id}/items?${new URLSearchParams(filter)}`);
  }

  /** Does it, and waits until it has ended, or is paused. */
  async execute(id: number, every = 500): Promise<Operation> {
    let operation: Operation = await this.ask('POST', `/bulk-operations/${id}/execution`);
    while (operation.phase === 'running') {
      await sleep(every);
      operation = await this.operation(id);
    }
    return operation;
  }

  #send(path: string, request: RequestInit): Promise<Response> {
    // A token that is led elsewhere would be shown there.
    const options = { ...request, redirect: 'error' as const, signal: AbortSignal.timeout(PATIENCE) };
    return fetch(`${this.#origin}${PREFIX}${path}`, options);
  }
}

/** Records of one kind. */
export class Records<One extends { id: number }, New extends object, Change extends object> {
  readonly #client: Pick<RosterClient, 'ask' | 'all'>;
  readonly #path: string;

  constructor(client: Pick<RosterClient, 'ask' | 'all'>, path: string) {
    this.#client = client;
    this.#path = path;
  }

  /** `view`: what stands in the address of the page after the question mark. */
  list(view = ''): AsyncGenerator<One> {
    const query = new URLSearchParams(view);
    if (!query.has('per') && this.#path !== '/audit') query.set('per', String(AT_ONCE));
    return this.#client.all(`${this.#path}?${query}`);
  }

  get(id: number): Promise<One> {
    return this.#client.ask('GET', `${this.#path}/${id}`);
  }

  create(body: New): Promise<One> {
    return this.#client.ask('POST', this.#path, { body });
  }

  /** Throws RosterProblem with 412 where somebody changed it since. */
  change(id: number, version: number, body: Change): Promise<One> {
    return this.#client.ask('PATCH', `${this.#path}/${id}`, { body, version });
  }

  /** A change of state, by its noun: `deactivation`, `deletion` … */
  act(id: number, method: 'POST' | 'DELETE', noun: string): Promise<One> {
    return this.#client.ask(method, `${this.#path}/${id}/${noun}`);
  }
}

/** The whole of a list, which may be long. */
export async function collected<One>(list: AsyncIterable<One>): Promise<One[]> {
  const all: One[] = [];
  for await (const one of list) all.push(one);
  return all;
}

/** In milliseconds, where it is to be asked again. */
function waitAfter({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  return Math.min(LONGEST_WAIT, Number(headers.get('retry-after') ?? 1) * 1_000);
}

function unreachable({ message, cause }: Error): RosterProblem {
  const why = cause instanceof Error && cause.message ? cause.message : message;
  return new RosterProblem({ status: 0, detail: `The server does not answer: ${why}.` });
}

async function problemIn(response: Response): Promise<RosterProblem> {
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return new RosterProblem(JSON.parse(text));
  return new RosterProblem({ status: response.status, detail: `No Roster answers there: ${response.status}.` });
}
