import fc from 'fast-check';
import { openApi } from '../src/api/openapi.ts';
import { exampleOf } from '../src/api/pages/schema-example.ts';
import { resolved } from '../src/api/pages/schema-words.ts';
import { type Bare, sendBare } from './bare.ts';
import { IDS, pairs, VALUES } from './malformed-requests.ts';

/** A call as no program that read the description would send it, or nearly as one would. */
export interface MalformedCall {
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body: string;
  type: string;
}

const description = await openApi('http://127.0.0.1');
const { schemas } = description.components;

/** Every operation that is described, with the fields of its body and what could stand in them. */
const OPERATIONS = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody, parameters }]) => {
    const schema = requestBody?.content['application/json'].schema;
    const properties = schema ? resolved(schema, schemas).properties : undefined;
    return {
      method: method.toUpperCase(),
      path,
      fields: Object.keys((properties ?? {}) as object),
      example: schema ? exampleOf(schema, schemas) : {},
      queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    };
  }),
);

const JSON_VALUES: unknown[] = [
  ...VALUES,
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  [],
  {},
  [[]],
  [null],
  [1, 1, 1],
  ['x', 'x'],
  { __proto__: 1, constructor: 1 },
  { type: 'group', id: 1 },
  { users: 'write' },
];
const RAW = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1',
  '{"name":1,"name":2}',
  '{"__proto__":{"x":1}}',
  '[['.repeat(3_000),
  '\ufeff{}',
];
const TYPES = [
  'application/json',
  'application/json',
  'application/merge-patch+json',
  'application/json; charset=utf-16',
  'text/plain',
  '',
];
const HEADERS: [string, string][] = [
  ['If-Match', '*'],
  ['If-Match', '"1"'],
  ['If-Match', 'W/"1"'],
  ['If-Match', '"99999999999999999999"'],
  ['Idempotency-Key', 'one'],
  ['Idempotency-Key', ' '],
  ['Idempotency-Key', 'x'.repeat(201)],
  ['Content-Encoding', 'gzip'],
  ['Accept', 'text/html'],
  ['Authorization', 'Bearer x'],
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...JSON_VALUES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Calls of what is described, broken in one or several ways. */
export function malformedCalls(): fc.Arbitrary<MalformedCall> {
  return fc.constantFrom(...OPERATIONS).chain(({ method, path, fields, example, queries }) =>
    fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      path: fc
        .array(fc.oneof(fc.constantFrom('1', '2', '3'), fc.constantFrom(...IDS)), { minLength: 2, maxLength: 2 })
        .map((ids) => path.replace(/\{\w+\}/g, () => ids.pop()!)),
      query: fc.oneof(
        fc.constant(''),
        pairs.map((text) => `?${text}`),
        queryOf(queries),
      ),
      headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
      body: fc.oneof(
        { weight: 6, arbitrary: bodyOf(fields, example) },
        { weight: 1, arbitrary: fc.constantFrom(...RAW) },
        { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
      ),
      type: fc.constantFrom(...TYPES),
    }),
  );
}

/** Some of its fields as they should be, others not. */
function bodyOf(fields: string[], example: Record<string, unknown>): fc.Arbitrary<string> {
  const field = fc.constantFrom(...(fields.length > 0 ? fields : ['x']), 'colour', '__proto__');
  return fc
    .tuple(fc.boolean(), fc.array(fc.tuple(field, value), { maxLength: 3 }))
    .map(([isWhole, wrong]) => JSON.stringify({ ...(isWhole && example), ...Object.fromEntries(wrong) }));
}

function queryOf(names: string[]): fc.Arbitrary<string> {
  if (names.length === 0) return fc.constant('?x=1');
  const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...VALUES, '1', 'active', '-name', '25'));
  return fc
    .array(pair, { minLength: 1, maxLength: 4 })
    .map((all) => `?${all.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join('&')}`);
}

export function sendCall(url: string, secret: string, call: MalformedCall): Promise<Bare> {
  const { method, path, query, headers, body, type } = call;
  const own = headers.some(([name]) => name === 'Authorization') ? [] : [['Authorization', `Bearer ${secret}`]];
  const bytes = Buffer.from(body);
  const lines = [
    `${method} /api/v1${path}${query} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...[...own, ...headers].map(([name, text]) => `${name}: ${text}`),
    ...(type ? [`Content-Type: ${type}`] : []),
    `Content-Length: ${bytes.length}`,
  ];
  return sendBare(url, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
}
