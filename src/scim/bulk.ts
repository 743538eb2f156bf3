import { objectOf, type Resource } from '../provisioning/resource.ts';
import { Unfit } from '../provisioning/unfit.ts';
import { Conflict } from '../verbs/refusals.ts';
import { HttpError } from '../web/http-error.ts';
import { type Answer, baseOf, type Call } from './call.ts';
import { MOST_OPERATIONS } from './limits.ts';
import { bodyOf } from './problem.ts';

interface Operation {
  method: string;
  path: string;
  bulkId?: string;
  version?: string;
  data: unknown;
  /** The bulkIds that it names: looked for once, however long it waits for them. */
  names: string[];
}

/** Where a request is answered. */
type Answering = (call: Call) => Promise<Answer>;

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];
const REFERENCE = /^bulkId:(.+)$/;

/**
 * Many requests in one (RFC 7644, section 3.7): each is done or refused by itself, in an order in which what one makes is there for those
 * that name it.
 */
export async function bulk(call: Call, answerTo: Answering): Promise<Answer> {
  const { operations, mostErrors } = readBulk(call.body);
  const made = new Map<string, string>();
  const answers = new Map<Operation, Resource>();
  let errors = 0;
  for (let waiting = operations; waiting.length > 0 && errors < mostErrors; ) {
    const ready = waiting.filter((one) => missingIn(one, made, waiting).length === 0);
    const next = ready[0] ?? waiting[0];
    waiting = waiting.filter((one) => one !== next);
    const answer = await answerOne(call, answerTo, next, made);
    if (Number(answer.status) >= 400) errors += 1;
    answers.set(next, answer);
  }
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: operations.flatMap((one) => answers.get(one) ?? []),
  };
  const done = operations.length - errors;
  const words = `Did ${done} of ${operations.length} requests that came together.`;
  return { status: 200, body, words };
}

function readBulk(body: unknown): { operations: Operation[]; mostErrors: number } {
  const source = objectOf(body, 'The body');
  const key = Object.keys(source).find((one) => one.toLowerCase() === 'operations');
  const list = key === undefined ? undefined : source[key];
  if (!Array.isArray(list) || list.length === 0)
    throw new Unfit('invalidValue', 'A bulk has Operations, at least one.');
  if (list.length > MOST_OPERATIONS) throw new HttpError(413, `A bulk has at most ${MOST_OPERATIONS} operations.`);
  const most = source.failOnErrors;
  if (most !== undefined && most !== null && !(Number.isSafeInteger(most) && (most as number) > 0))
    throw new Unfit('invalidValue', 'failOnErrors is a whole number.');
  return { operations: list.map(operationOf), mostErrors: (most as number | null) ?? Number.POSITIVE_INFINITY };
}

function operationOf(one: unknown): Operation {
  const { method, path, bulkId, version, data } = objectOf(one, 'An operation');
  if (typeof method !== 'string' || !METHODS.includes(method.toUpperCase()))
    throw new Unfit('invalidValue', `The method of an operation is one of ${METHODS.join(', ')}.`);
  if (typeof path !== 'string' || !path.startsWith('/') || path.length > 200)
    throw new Unfit('invalidValue', 'The path of an operation begins with a slash.');
  const isPost = method.toUpperCase() === 'POST';
  if (isPost && (typeof bulkId !== 'string' || bulkId === ''))
    throw new Unfit('invalidValue', 'An operation that makes something has a bulkId.');
  return {
    method: method.toUpperCase(),
    path,
    ...(typeof bulkId === 'string' && { bulkId }),
    ...(typeof version === 'string' && { version }),
    data,
    names: referencesIn([path.split('/'), data]),
  };
}

/** What it names that is not made yet, and still may be. */
function missingIn(one: Operation, made: Map<string, string>, waiting: Operation[]): string[] {
  const coming = new Set(waiting.filter((other) => other !== one).map(({ bulkId }) => bulkId));
  return one.names.filter((id) => !made.has(id) && coming.has(id));
}

function referencesIn(value: unknown): string[] {
  if (typeof value === 'string') return REFERENCE.exec(value)?.slice(1) ?? [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

async function answerOne(
  call: Call,
  answerTo: Answering,
  { method, path, bulkId, version, data }: Operation,
  made: Map<string, string>,
): Promise<Resource> {
  const told: Resource = { method, ...(bulkId !== undefined && { bulkId }) };
  try {
    const segments = path.slice(1).split('/');
    if (!['Users', 'Groups'].includes(segments[0]) || segments[1] === '.search')
      throw new Unfit('invalidValue', 'In a bulk there are only /Users and /Groups.');
    const one = {
      ...call,
      method,
      segments: resolved(segments, made) as string[],
      query: {},
      body: resolved(data, made),
      ifMatch: version,
      ifNoneMatch: undefined,
    };
    const { status, headers = {}, body } = await answerTo(one);
    const id = (body?.id as string | undefined) ?? one.segments[1];
    if (bulkId !== undefined && id !== undefined) made.set(bulkId, id);
    const location = `${baseOf(call)}/${segments[0]}/${id}`;
    return { ...told, location, ...(headers.ETag && { version: headers.ETag }), status: String(status) };
  } catch (error) {
    const problem = await call.refused(error, { method, path });
    const location = method === 'POST' ? {} : { location: `${baseOf(call)}${path}` };
    return { ...told, ...location, status: String(problem.status), response: bodyOf(problem) };
  }
}

/** With the ids of what was made before in place of the names that it had here. Throws Conflict. */
function resolved(value: unknown, made: Map<string, string>): unknown {
  if (typeof value === 'string') {
    const name = REFERENCE.exec(value)?.[1];
    if (name === undefined) return value;
    const id = made.get(name);
    if (id === undefined) throw new Conflict(`Nothing was made under the bulkId ${name.slice(0, 60)}.`);
    return id;
  }
  if (Array.isArray(value)) return value.map((one) => resolved(one, made));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, made)]));
}
