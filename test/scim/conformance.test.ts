import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { CORE, type Provisioner, provisionerAs } from '../support/provisioner.ts';

// The checks of scim2-tester 0.2.8 in our own words: what discovery says of each attribute is tried on a server that says it.

interface Described {
  name: string;
  type: string;
  multiValued: boolean;
  required: boolean;
  mutability: string;
  canonicalValues?: string[];
  subAttributes?: Described[];
}
interface Schema {
  id: string;
  name: string;
  attributes: Described[];
}

let app: TestApp;
let idp: Provisioner;
let schemas: Schema[];
let counter = 0;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  idp = await provisionerAs(app);
  schemas = (await idp.get('/Schemas')).body.Resources;
});
afterAll(() => app.close());

const named = () => `value-${++counter}`;
const schemaOf = (id: string) => schemas.find((one) => one.id === id)!;

async function valueFor(attribute: Described, within = ''): Promise<unknown> {
  const one = await single(attribute, within);
  return attribute.multiValued ? [one] : one;
}

async function single(attribute: Described, within: string): Promise<unknown> {
  const { type, name, canonicalValues, subAttributes = [] } = attribute;
  if (type === 'complex') {
    const parts: Record<string, unknown> = {};
    for (const part of subAttributes) if (part.mutability !== 'readOnly') parts[part.name] = await valueFor(part, name);
    // A reference and the id beside it mean the same.
    if (typeof parts.$ref === 'string') parts.value = parts.$ref.split('/').at(-1);
    if ('primary' in parts) parts.primary = true;
    return parts;
  }
  if (type === 'boolean') return counter++ % 2 === 0;
  if (type === 'reference') return name === '$ref' ? referenceTo() : 'https://value.test/';
  if (canonicalValues) return canonicalValues[0];
  return within === 'emails' && name === 'value' ? `${named()}@corp.example` : named();
}

async function referenceTo(): Promise<string> {
  return (await create('User')).meta.location;
}

async function create(kind: 'User' | 'Group', body: object = {}) {
  const required =
    kind === 'User' ? { userName: named(), emails: [{ value: `${named()}@corp.example` }] } : { displayName: named() };
  const made = await idp.ask('post', `/${kind}s`, { schemas: [], ...required, ...body });
  expect([kind, made.status]).toEqual([kind, 201]);
  return made.body;
}

describe('discovery', () => {
  it('tells what is supported, of which kinds, by which schemas, each by its id as well', async () => {
    const config = (await idp.get('/ServiceProviderConfig')).body;
    for (const option of ['patch', 'bulk', 'filter', 'sort', 'etag'])
      expect([option, config[option].supported]).toEqual([option, true]);
    expect(schemas.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ResourceType', 'ServiceProviderConfig', 'Schema', 'User', 'Group']),
    );
    const kinds = (await idp.get('/ResourceTypes')).body.Resources;
    for (const kind of kinds) {
      expect((await idp.get(`/ResourceTypes/${kind.id}`)).body).toEqual(kind);
      expect((await idp.get(`/Schemas/${kind.schema}`)).body.id).toBe(kind.schema);
      for (const { schema } of kind.schemaExtensions ?? []) expect(schemaOf(schema)).toBeDefined();
    }
    for (const schema of schemas) expect((await idp.get(`/Schemas/${schema.id}`)).body).toEqual(schema);
  });

  it('is only read, and what is nowhere is said so', async () => {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])
      for (const method of ['post', 'put', 'patch', 'delete'] as const) {
        const answer = await idp.ask(method, path);
        expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, 'GET']);
      }
    for (const path of ['/nowhere', '/Schemas/nowhere', '/ResourceTypes/nowhere', '/Users/nowhere/more'])
      expect([path, (await idp.get(path)).body]).toMatchObject([
        path,
        { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' },
      ]);
  });
});

describe.each(['User', 'Group'] as const)('a %s', (kind) => {
  const core = `urn:ietf:params:scim:schemas:core:2.0:${kind}`;

  /** Every attribute that may be written, and every extension as a whole, by its path. */
  async function paths(): Promise<[path: string, attribute: Described, extension?: string][]> {
    const { schemaExtensions = [] } = (await idp.get(`/ResourceTypes/${kind}`)).body;
    const ids = [core, ...schemaExtensions.map(({ schema }: { schema: string }) => schema)];
    return ids.flatMap((id): [string, Described, string?][] =>
      schemaOf(id)
        .attributes.filter(({ mutability }) => mutability !== 'readOnly')
        .map((one) => (id === core ? [one.name, one] : [`${id}:${one.name}`, one, id])),
    );
  }

  const read = (resource: Record<string, Record<string, unknown>>, { name }: Described, extension?: string) =>
    extension ? resource[extension]?.[name] : resource[name];

  it('is made, read, listed and deleted', async () => {
    const made = await create(kind);
    expect((await idp.get(`/${kind}s/${made.id}`)).body).toEqual(made);
    const listed = (await idp.get(`/${kind}s`)).body.Resources.map(({ id }: { id: string }) => id);
    expect(listed).toContain(made.id);
    expect((await idp.ask('delete', `/${kind}s/${made.id}`)).status).toBe(204);
    expect((await idp.get(`/${kind}s/${made.id}`)).status).toBe(404);
  });

  it('has each attribute added, replaced and removed, and answers it as it was said', async () => {
    const resource = await create(kind);
    const path = `/${kind}s/${resource.id}`;
    for (const [name, attribute, extension] of await paths())
      for (const op of ['add', 'replace', 'remove'] as const) {
        if (attribute.required && op !== 'replace') continue;
        const value = op === 'remove' ? undefined : await valueFor(attribute);
        const patched = await idp.patch(path, { op, path: name, ...(op !== 'remove' && { value }) });
        const after = (await idp.get(path)).body;
        expect([op, name, patched.status, patched.body]).toEqual([op, name, 200, after]);
        const now = read(after, attribute, extension);
        if (op === 'add' && attribute.multiValued)
          expect([name, now]).toEqual([name, expect.arrayContaining(value as [])]);
        else expect([op, name, now]).toEqual([op, name, value]);
      }
  });

  it('has whole extensions added and removed', async () => {
    const { schemaExtensions = [] } = (await idp.get(`/ResourceTypes/${kind}`)).body;
    const resource = await create(kind);
    for (const { schema } of schemaExtensions) {
      const value: Record<string, unknown> = {};
      for (const one of schemaOf(schema).attributes)
        if (one.mutability !== 'readOnly') value[one.name] = await valueFor(one);
      const added = await idp.patch(`/${kind}s/${resource.id}`, { op: 'add', path: schema, value });
      expect([schema, added.body[schema]]).toEqual([schema, value]);
      const removed = await idp.patch(`/${kind}s/${resource.id}`, { op: 'remove', path: schema });
      expect([schema, removed.status, removed.body[schema]]).toEqual([schema, 200, undefined]);
    }
  });

  it('is made and replaced with all attributes at once, and answers those that are asked for', async () => {
    const all = async () => {
      const body: Record<string, unknown> = {};
      for (const [, attribute, extension] of await paths()) {
        const value = await valueFor(attribute);
        if (extension) body[extension] = { ...(body[extension] as object), [attribute.name]: value };
        else body[attribute.name] = value;
      }
      return body;
    };
    const first = await all();
    const made = await create(kind, first);
    expect(made).toMatchObject(first);
    const second = await all();
    const replaced = await idp.ask('put', `/${kind}s/${made.id}`, { ...made, ...second });
    expect([replaced.status, replaced.body]).toMatchObject([200, second]);
    const optional = schemaOf(core).attributes.filter((one) => !one.required && one.mutability !== 'readOnly');
    const [included, excluded] = optional.map(({ name }) => name);
    const answers = async (query: Record<string, string>) => {
      const search = new URLSearchParams(query);
      const found = (list: { id: string }[]) => list.find(({ id }) => id === made.id);
      const lists = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
      return [
        (await idp.get(`/${kind}s/${made.id}?${search}`)).body,
        found((await idp.get(`/${kind}s?${search}`)).body.Resources),
        found((await idp.ask('post', '/.search', lists)).body.Resources),
      ];
    };
    for (const answer of await answers({ attributes: included }))
      expect(Object.keys(answer).toSorted()).toEqual(['id', 'schemas', included].toSorted());
    for (const answer of await answers({ excludedAttributes: excluded })) {
      expect(answer).not.toHaveProperty(excluded);
      expect(answer).toHaveProperty(included);
    }
  });
});

describe('the user of the token', () => {
  it('is told at /Me, and changed nowhere', async () => {
    expect((await idp.get('/Me')).body).toMatchObject({ schemas: [CORE], userName: 'alice', active: true });
    for (const method of ['put', 'patch', 'delete', 'post'] as const)
      expect((await idp.ask(method, '/Me', {})).status).toBe(405);
  });
});
