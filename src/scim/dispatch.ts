import type { Resource } from '../provisioning/resource.ts';
import { NotFound } from '../verbs/refusals.ts';
import { HttpError } from '../web/http-error.ts';
import { bulk } from './bulk.ts';
import { type Answer, baseOf, type Call, listOf } from './call.ts';
import { providerConfig, resourceTypes, schemas } from './discovery.ts';
import { createGroup, deleteGroup, getGroup, groupIdIn, listGroups, patchGroup, replaceGroup } from './groups.ts';
import { listQueryOf, searchOf } from './list-query.ts';
import { me } from './me.ts';
import { searchAll } from './search-all.ts';
import { createUser, deleteUser, getUser, listUsers, patchUser, replaceUser, userIdIn } from './users.ts';

type Handler = (call: Call) => Promise<Answer> | Answer;
/** What can be asked for at an address. */
export type Handlers = Partial<Record<string, Handler>>;

const USERS: Handlers = { GET: (call) => listUsers(call, listQueryOf(call.query)), POST: createUser };
const GROUPS: Handlers = { GET: (call) => listGroups(call, listQueryOf(call.query)), POST: createGroup };

/** What is at an address, by method. Throws NotFound. */
export function handlersAt(segments: string[]): Handlers {
  const [first, second, ...more] = segments;
  if (more.length > 0) throw nothing();
  if (second === undefined) return handlersOf(first);
  if (second === '.search' && first === 'Users') return { POST: (call) => listUsers(call, searchOf(call.body)) };
  if (second === '.search' && first === 'Groups') return { POST: (call) => listGroups(call, searchOf(call.body)) };
  switch (first) {
    case 'Users':
      return userHandlers(userIdIn(second));
    case 'Groups':
      return groupHandlers(groupIdIn(second));
    case 'ResourceTypes':
      return { GET: (call) => named(resourceTypes(baseOf(call)), second) };
    case 'Schemas':
      return { GET: (call) => named(schemas(baseOf(call)), second) };
    default:
      throw nothing();
  }
}

function handlersOf(first: string | undefined): Handlers {
  switch (first) {
    case 'Users':
      return USERS;
    case 'Groups':
      return GROUPS;
    case 'Me':
      return { GET: me };
    case '.search':
      return { POST: searchAll };
    case 'Bulk':
      return { POST: (call) => bulk(call, answerTo) };
    case 'ServiceProviderConfig':
      return { GET: (call) => ({ status: 200, body: providerConfig(baseOf(call), call.app.config) }) };
    case 'ResourceTypes':
      return { GET: (call) => whole(call, resourceTypes(baseOf(call))) };
    case 'Schemas':
      return { GET: (call) => whole(call, schemas(baseOf(call))) };
    default:
      throw nothing();
  }
}

function userHandlers(id: number): Handlers {
  return {
    GET: (call) => getUser(call, id),
    PUT: (call) => replaceUser(call, id),
    PATCH: (call) => patchUser(call, id),
    DELETE: (call) => deleteUser(call, id),
  };
}

function groupHandlers(id: number): Handlers {
  return {
    GET: (call) => getGroup(call, id),
    PUT: (call) => replaceGroup(call, id),
    PATCH: (call) => patchGroup(call, id),
    DELETE: (call) => deleteGroup(call, id),
  };
}

/** Throws NotFound, or a 405 that names what can be done there. */
export async function answerTo(call: Call): Promise<Answer> {
  const handlers = handlersAt(call.segments);
  const handler = Object.hasOwn(handlers, call.method) ? handlers[call.method] : undefined;
  if (!handler) throw new HttpError(405, `At this address there is ${Object.keys(handlers).join(', ')}.`);
  return handler(call);
}

/** What is asked of it is refused: a filter that changes nothing would tell of too much (RFC 7644, section 4). */
function whole({ query }: Call, resources: Resource[]): Answer {
  if (query.filter !== undefined) throw new HttpError(403, 'This list is not filtered.');
  return listOf(resources, resources.length, 1);
}

function named(resources: Resource[], id: string): Answer {
  const found = resources.find((one) => one.id === id);
  if (!found) throw nothing();
  return { status: 200, body: found };
}

function nothing(): NotFound {
  return new NotFound('There is nothing at this address.');
}
