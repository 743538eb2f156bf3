import type { Json } from '../components.ts';

/** One field of a schema, or one parameter, in words. */
export interface Field {
  name: string;
  type: string;
  /** The named schema that the type is, or is a list of. */
  schema?: string;
  /** Where it is one of these. */
  values: string[];
  isRequired: boolean;
  description: string;
  /** Of a parameter: in the path, the query or a header. */
  place?: string;
}

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};
const FORMATS: Record<string, string> = { date: 'day', 'date-time': 'moment' };

/** The fields of an object, those of the objects in it behind a point. */
export function fieldsOf(schema: Json, schemas: Record<string, Json>, before = ''): Field[] {
  const object = resolved(schema, schemas);
  const required = (object.required ?? []) as string[];
  return Object.entries((object.properties ?? {}) as Record<string, Json>).flatMap(([name, one]) => {
    const field: Field = {
      name: before + name,
      ...typeOf(one),
      isRequired: required.includes(name),
      description: String(one.description ?? ''),
    };
    const inner = innerObject(one);
    return [field, ...(inner ? fieldsOf(inner.schema, schemas, `${field.name}${inner.suffix}.`) : [])];
  });
}

/** What a reference means. */
export function resolved(schema: Json, schemas: Record<string, Json>): Json {
  const name = nameIn(schema);
  return name === undefined ? schema : schemas[name];
}

export function nameIn({ $ref }: Json): string | undefined {
  return typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
}

function typeOf(schema: Json): Pick<Field, 'type' | 'schema' | 'values'> {
  const alternatives = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (alternatives) {
    const told = alternatives.map(typeOf);
    return {
      type: [...new Set(told.map(({ type }) => type))].join(' or '),
      schema: told.find((one) => one.schema)?.schema,
      values: told.flatMap(({ values }) => values),
    };
  }
  const name = nameIn(schema);
  if (name) return { type: name, schema: name, values: [] };
  if (schema.enum) return { type: 'one of', values: (schema.enum as unknown[]).map(String) };
  if (schema.type === 'array') {
    const inner = typeOf((schema.items ?? {}) as Json);
    return { ...inner, type: inner.values.length > 0 ? 'list of' : `list of ${inner.type}` };
  }
  const format = FORMATS[String(schema.format)];
  const types = [schema.type ?? 'any'].flat().map((type) => (type === 'string' && format ? format : type));
  return { type: types.map((type) => TYPES[String(type)] ?? String(type)).join(' or '), values: [] };
}

/** An object that stands in a field itself, or in its list. */
function innerObject(schema: Json): { schema: Json; suffix: string } | undefined {
  const choices = [schema, ...((schema.anyOf ?? []) as Json[])];
  const object = choices.find((one) => one.properties);
  if (object) return { schema: object, suffix: '' };
  const items = choices.map((one) => one.items as Json | undefined).find((one) => one?.properties);
  return items && { schema: items, suffix: '[]' };
}
