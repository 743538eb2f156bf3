import { z } from 'zod';

export type Json = Record<string, unknown>;

/** What zod says of whole numbers that no program needs to read. */
const ANY_NUMBER = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** The schemas that have a name, each said once and pointed at by whatever holds it. */
export class Components {
  readonly schemas: Record<string, Json> = {};

  /** The schema as a part of the description, those of a name as a reference. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
    const { $schema: _, $defs = {}, ...rest } = tidied(made) as Json & { $defs?: Record<string, Json> };
    for (const [name, { id: _id, ...one }] of Object.entries($defs)) this.keep(name, one);
    return rest;
  }

  private keep(name: string, schema: Json): void {
    const known = this.schemas[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas are called ${name}`);
    this.schemas[name] = schema;
  }
}

/** With references to where they are here, and without what says nothing. */
function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    if (key === '$ref') return [[key, String(one).replace('#/$defs/', '#/components/schemas/')]];
    if ((key === 'minimum' || key === 'maximum') && ANY_NUMBER.includes(one)) return [];
    // The format says it, and is read by people as well.
    if (key === 'pattern' && 'format' in value) return [];
    return [[key, tidied(one)]];
  });
  return Object.fromEntries(entries);
}
