import { sortedByName } from '../../text/sort-key.ts';
import type { Json } from '../components.ts';
import type { OpenApi, Operation } from '../openapi.ts';
import { exampleOf } from './schema-example.ts';
import { type Field, fieldsOf, nameIn } from './schema-words.ts';

export interface ToldOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  needs: string;
  parameters: Field[];
  /** What is sent, with an example of it. */
  body?: { fields: Field[]; example: string };
  status: string;
  /** The named schema that is answered, or one page of it. */
  answer?: { schema: string; isList: boolean };
}

/** The description as people read it: by whose records it is, and with the schemas at the end. */
export function referencePage(doc: OpenApi) {
  const { schemas } = doc.components;
  const operations = Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  return {
    title: 'Interface for programs',
    server: doc.servers[0].url,
    sections: doc.tags.map(({ name }) => ({
      name,
      id: idOf(name),
      operations: operations
        .filter(({ operation }) => operation.tags[0] === name)
        .map(({ method, path, operation }) => told(method, path, operation, schemas)),
    })),
    schemas: sortedByName(Object.entries(schemas), ([name]) => name).map(([name, schema]) => ({
      name,
      id: `schema-${name}`,
      fields: fieldsOf(schema, schemas),
    })),
  };
}

function told(method: string, path: string, operation: Operation, schemas: Record<string, Json>): ToldOperation {
  const [[status, { content }]] = Object.entries(operation.responses);
  const body = operation.requestBody?.content['application/json'].schema;
  const answered = content?.['application/json'].schema;
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    needs: operation.description,
    parameters: operation.parameters.map((parameter) => {
      const [field] = fieldsOf({ properties: { [parameter.name]: parameter.schema } }, schemas);
      const { in: place, required = false, description = '' } = parameter;
      return { ...field, place, isRequired: required, description };
    }),
    body: body && { fields: fieldsOf(body, schemas), example: inLines(exampleOf(body, schemas)) },
    status,
    answer: answered && answerOf(answered),
  };
}

function answerOf(schema: Json): ToldOperation['answer'] {
  const whole = nameIn(schema);
  if (whole) return { schema: whole, isList: false };
  const { items } = (schema.properties ?? {}) as { items?: Json };
  const one = nameIn((items?.items ?? {}) as Json);
  return one ? { schema: one, isList: true } : undefined;
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

/** As JSON, with short lists in a line. */
function inLines(example: Json): string {
  return JSON.stringify(example, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, ' ')}]`,
  );
}
