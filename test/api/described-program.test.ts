import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { startApp, type TestApp } from '../support/app.ts';
import { groupId } from '../support/people.ts';
import { programAs } from '../support/program.ts';

type Json = Record<string, unknown>;

interface Description {
  paths: Record<string, Record<string, Described>>;
  servers: { url: string }[];
  components: { schemas: Record<string, Json> };
}
interface Described {
  operationId: string;
  parameters: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** What a schema does not allow in a value; nothing where it fits. As far as the description uses JSON Schema. */
function misfits(schema: Json, value: unknown, all: Record<string, Json>, at = ''): string[] {
  if (typeof schema.$ref === 'string') return misfits(all[schema.$ref.split('/').at(-1)!], value, all, at);
  const alternatives = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (alternatives) {
    const tried = alternatives.map((one) => misfits(one, value, all, at));
    return tried.some((wrong) => wrong.length === 0) ? [] : tried.flat();
  }
  if (schema.enum && !(schema.enum as unknown[]).includes(value)) return [`${at} is ${value}`];
  if (schema.type && ![schema.type].flat().some((type) => isOf(String(type), value)))
    return [`${at} is no ${schema.type}`];
  if (Array.isArray(value))
    return value.flatMap((one, n) => misfits((schema.items ?? {}) as Json, one, all, `${at}[${n}]`));
  if (typeof value !== 'object' || value === null) return [];
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const missing = ((schema.required ?? []) as string[])
    .filter((name) => !(name in value))
    .map((name) => `${at}.${name} is missing`);
  const within = Object.entries(value).flatMap(([name, one]) => {
    if (Object.hasOwn(properties, name)) return misfits(properties[name], one, all, `${at}.${name}`);
    return schema.additionalProperties === false ? [`${at}.${name} is unknown`] : [];
  });
  return [...missing, ...within];
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

describe('a program that was written from the description alone', () => {
  let app: TestApp;
  let description: Description;
  let secret: string;
  beforeAll(async () => {
    app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
    secret = (await programAs(app, 'alice')).secret;
    description = (await supertest(app.url).get('/api/v1/openapi.json')).body;
  });
  afterAll(() => app.close());

  /** Does what is described under this name, and holds both what it sends and what comes against the description. */
  async function call(operationId: string, sent: { [name: string]: unknown; body?: object } = {}) {
    const all = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const { path, method, operation } = all.find((one) => one.operation.operationId === operationId)!;
    const { schemas } = description.components;
    const { body, ...given } = sent;
    const known = operation.parameters.map(({ name }) => name);
    expect(Object.keys(given).filter((name) => !known.includes(name))).toEqual([]);
    expect(operation.parameters.filter(({ name, required }) => required && !(name in given))).toEqual([]);
    const placed = (place: string) => operation.parameters.filter((one) => one.in === place && one.name in given);
    const address = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(given[name])));
    const query = new URLSearchParams(placed('query').map(({ name }) => [name, String(given[name])]));
    const { pathname } = new URL(description.servers[0].url);
    const verb = method as 'get' | 'post' | 'patch' | 'put' | 'delete';
    const request = supertest(app.url)[verb](`${pathname}${address}?${query}`).set('Authorization', `Bearer ${secret}`);
    for (const { name } of placed('header')) request.set(name, String(given[name]));
    if (body) expect(misfits(operation.requestBody!.content['application/json'].schema, body, schemas)).toEqual([]);
    const answer = await (body ? request.send(body) : request);
    const told = operation.responses[answer.status] ?? operation.responses.default;
    expect([
      operationId,
      answer.status < 300 ? misfits(told.content!['application/json'].schema, answer.body, schemas) : answer.body,
    ]).toEqual([operationId, []]);
    return answer;
  }

  it('creates, invites, groups, deactivates, changes many and reads the audit', async () => {
    const made = [];
    for (const name of ['nora', 'otto', 'pia'])
      made.push(
        (await call('postUsers', { body: { name, email: `${name}@example.com` }, 'Idempotency-Key': name })).body,
      );
    const [nora, otto, pia] = made.map(({ id }) => id as number);
    expect((await call('postInvitations', { body: { userId: nora } })).body.status).toBe('waiting');

    const group = (await call('postGroups', { body: { name: 'Night shift', tags: ['night'] } })).body;
    await call('putGroupsIdPermissionsApplication', { id: group.id, application: 'contacts', body: { level: 'read' } });
    const joined = await call('putUsersIdGroupsGroup', { id: nora, group: group.id, body: { until: '2036-01-31' } });
    expect(joined.body.groups).toEqual([{ id: group.id, name: 'Night shift', until: '2036-02-01T00:00:00.000Z' }]);
    const changed = await call('patchUsersId', { id: nora, 'If-Match': joined.headers.etag, body: { tags: ['vip'] } });
    expect(changed.body.tags).toEqual(['vip']);
    expect((await call('postUsersIdDeactivation', { id: nora })).body.activity).toBe('deactivated');

    const values = { group: group.id, untilAt: null };
    const draft = await call('postBulkOperations', {
      body: { on: 'users', action: 'add-to-group', ids: [otto, pia], values },
    });
    expect(draft.body).toMatchObject({ phase: 'draft', changed: 2 });
    expect((await call('postBulkOperationsIdExecution', { id: draft.body.id })).body).toMatchObject({
      phase: 'done',
      changed: 2,
    });
    const items = (await call('getBulkOperationsIdItems', { id: draft.body.id })).body.items;
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['otto', 'pia']);
    const members = await call('getUsers', { group: group.id, sort: 'name', per: 25 });
    expect(members.body.items.map(({ name }: { name: string }) => name)).toEqual(['nora', 'otto', 'pia']);

    const audit = await call('getAudit', { subject: 'nora' });
    expect(audit.body.items.map(({ action }: { action: string }) => action)).toEqual([
      'user.deactivated',
      'user.updated',
      'membership.granted',
      'invitation.issued',
      'user.created',
    ]);
    expect(await groupId(app, 'Night shift')).toBe(String(group.id));
  });
});
