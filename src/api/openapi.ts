import { breathe } from '../process/giving-way.ts';
import { VERSION } from '../program.ts';
import { SCOPE_LABELS, SCOPES } from '../tokens/token.ts';
import { Components, type Json } from './components.ts';
import { PROBLEM } from './contract/answers.ts';
import { PREFIX } from './contract/lists.ts';
import { isName, type Route } from './contract/route.ts';
import { ROUTES } from './routes.ts';

export interface Operation extends Json {
  operationId: string;
  summary: string;
  description: string;
  tags: [string];
  parameters: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema: Json;
}

export interface OpenApi extends Json {
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Json; schemas: Record<string, Json> };
}

/** What filters and places take; others are named by what they filter. */
const WORDS: Record<string, string> = {
  q: 'Words that are looked for, each anywhere.',
  sort: 'What it is sorted by, as the address of the page has it; `-` before it for descending.',
  tag: 'By its id; each may repeat.',
  group: 'By its id, or `none`.',
  after: 'The page behind this place: take it from `next`.',
  before: 'What comes before this place: take it from `previous`, or of the audit and of operations from `next`.',
  per: 'How many a page has: 25, 50, 100 or 200.',
};

/** Made from the schemas that check what comes in, and that tests hold against what goes out (OpenAPI 3.1). Others have their turn in between. */
export async function openApi(baseUrl: string): Promise<OpenApi> {
  const components = new Components();
  const paths: OpenApi['paths'] = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, components) };
    await breathe();
  }
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
    tags: [...new Set(ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `Its scopes: ${SCOPES.map((scope) => `\`${scope}\` (${SCOPE_LABELS[scope]})`).join(', ')}.`,
        },
      },
      schemas: components.schemas,
    },
  };
}

function operationOf(route: Route, components: Components): Operation {
  return {
    operationId: `${route.method} ${route.path}`
      .replace(/\W+(\w)/g, (_, letter) => letter.toUpperCase())
      .replace(/\W/g, ''),
    summary: route.summary,
    description: `${needsInWords(route)}${confirming(route)}`,
    tags: [route.tag],
    parameters: parametersOf(route, components),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.schemaOf(route.body, 'input') } },
      },
    }),
    responses: {
      [route.status]: {
        description: 'It worked.',
        ...(route.answer && {
          content: {
            'application/json': { schema: components.schemaOf(route.answer, 'output') },
            ...(route.streams && { 'text/event-stream': { schema: { type: 'string' } } }),
          },
        }),
      },
      ...(route.method === 'get' && hasTag(route.path) && { 304: { description: 'It is as it was.' } }),
      default: {
        description: 'It did not, and nothing was changed.',
        content: { 'application/problem+json': { schema: components.schemaOf(PROBLEM, 'output') } },
      },
    },
  };
}

/** What is changed as the version that was read comes with its tag. */
function hasTag(path: string): boolean {
  return ROUTES.some((one) => one.path === path && one.isVersioned);
}

function needsInWords({ needs }: Route): string {
  if ('said' in needs) return needs.said;
  const [application, level] = needs.right;
  return `Needs the scope \`${needs.scope ?? `${application}:${level}`}\`, and a user who may ${level} ${application}.`;
}

function confirming({ asks }: Route): string {
  return asks ? ` Also the scope \`confirm\`, ${asks.where}.` : '';
}

function parametersOf(
  { path, method, filters = [], query, isVersioned, streams }: Route,
  components: Components,
): Parameter[] {
  const text = { type: 'string' };
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: isName(name) ? text : { type: 'integer', minimum: 1 },
  }));
  const pages =
    filters.length > 0 ? [...filters, ...(path === '/audit' ? ['before'] : ['after', 'before', 'per'])] : [];
  const { properties: asked = {}, required = [] } = (query ? components.schemaOf(query, 'input') : {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const described = (name: string) => (Object.hasOwn(WORDS, name) ? { description: WORDS[name] } : {});
  return [
    ...ids,
    ...pages.map((name) => ({
      name,
      in: 'query' as const,
      ...described(name),
      schema: { type: 'array', items: text },
      style: 'form',
      explode: true,
    })),
    ...Object.entries(asked).map(([name, { description, ...schema }]) => ({
      name,
      in: 'query' as const,
      required: required.includes(name),
      ...(description ? { description: String(description) } : described(name)),
      schema,
    })),
    ...(streams
      ? [
          {
            name: 'Last-Event-ID',
            in: 'header' as const,
            description: 'Of a stream: goes on behind this event, in the place of `after`.',
            schema: text,
          },
        ]
      : []),
    ...(isVersioned
      ? [
          {
            name: 'If-Match',
            in: 'header' as const,
            required: true,
            description: 'The `ETag` of what was read, several with commas between, or `*` for whatever is there.',
            schema: text,
          },
        ]
      : []),
    ...(method === 'get' && hasTag(path)
      ? [
          {
            name: 'If-None-Match',
            in: 'header' as const,
            description: 'The `ETag` of what was read before: while nothing is different, 304 comes without a body.',
            schema: text,
          },
        ]
      : []),
    ...(method === 'post'
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header' as const,
            description: 'Sent again under the same key within a day it is done once, and answered alike.',
            schema: { ...text, maxLength: 200 },
          },
        ]
      : []),
  ];
}
