import { z } from 'zod';
import { VERSION } from '../program.ts';
import { PROBLEM } from './answers.ts';
import { PREFIX } from './lists.ts';
import { isName, type Route } from './route.ts';
import { ROUTES } from './routes.ts';

type Json = Record<string, unknown>;

/** Made from the schemas that check what comes in, and that tests hold against what goes out (OpenAPI 3.1). */
export function openApi(baseUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roster',
      version: VERSION,
      description:
        'What people do on the pages, for programs: the same rules, the same audit. Send a token with each request, in the header Authorization alone.',
    },
    servers: [{ url: `${baseUrl}${PREFIX}` }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationOf(route: Route): Json {
  return {
    operationId: `${route.method} ${route.path}`
      .replace(/\W+(\w)/g, (_, letter) => letter.toUpperCase())
      .replace(/\W/g, ''),
    summary: route.summary,
    description: `${needsInWords(route)}${confirming(route)}`,
    tags: [route.tag],
    parameters: parametersOf(route),
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
    }),
    responses: {
      [route.status]: {
        description: 'It worked.',
        ...(route.answer && { content: { 'application/json': { schema: schemaOf(route.answer, 'output') } } }),
      },
      default: {
        description: 'It did not, and nothing was changed.',
        content: { 'application/problem+json': { schema: schemaOf(PROBLEM, 'output') } },
      },
    },
  };
}

function needsInWords({ needs }: Route): string {
  if ('said' in needs) return needs.said;
  const [application, level] = needs.right;
  return `Needs the scope \`${needs.scope ?? `${application}:${level}`}\`, and a user who may ${level} ${application}.`;
}

function confirming({ asks }: Route): string {
  return asks ? ` Also the scope \`confirm\`, ${asks.where}.` : '';
}

function parametersOf({ path, method, filters = [], query, isVersioned }: Route): Json[] {
  const text = { type: 'string' };
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: isName(name) ? { type: 'string' } : { type: 'integer', minimum: 1 },
  }));
  const pages =
    filters.length > 0 ? [...filters, ...(path === '/audit' ? ['before'] : ['after', 'before', 'per'])] : [];
  const { properties: asked = {}, required = [] } = (query ? schemaOf(query, 'input') : {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return [
    ...ids,
    ...pages.map((name) => ({
      name,
      in: 'query',
      schema: { type: 'array', items: text },
      style: 'form',
      explode: true,
    })),
    ...Object.entries(asked).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema,
    })),
    ...(isVersioned ? [{ name: 'If-Match', in: 'header', required: true, schema: text }] : []),
    ...(method === 'post' ? [{ name: 'Idempotency-Key', in: 'header', schema: { ...text, maxLength: 200 } }] : []),
  ];
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  return rest;
}
