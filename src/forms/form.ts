import type { z } from 'zod';
import { Malformed } from '../verbs/refusals.ts';

/** One message per field. */
export type Errors = Record<string, string>;

/** Thrown by a store when only the database could tell that a value will not do, such as a name that is taken. */
export class FieldErrors extends Error {
  readonly errors: Errors;

  constructor(errors: Errors) {
    super(Object.values(errors).join(' '));
    this.errors = errors;
  }
}

/** Somebody else changed it since the form was opened. */
export class StaleVersion extends Error {}

/** What a person typed, to be shown again. */
export type Typed = Record<string, string | string[]>;

/** A rule about the viewer, not about a value: shown beside its field like the others, and audited as a refusal. */
export class RefusedFields extends FieldErrors {}

export type FormResult<T> = { values: T; errors?: undefined } | { values?: undefined; errors: Errors };

/**
 * Takes the named fields from a request body. A field that came twice where one is meant, or as an object, is an
 * attack or a mistake of a program, never of a person: 400 (R39). Fields that the form does not have are ignored.
 */
export function typedFields<Name extends string>(body: unknown, single: readonly Name[]): Record<Name, string>;
export function typedFields(body: unknown, single: readonly string[], several: readonly string[]): Typed;
export function typedFields(body: unknown, single: readonly string[], several: readonly string[] = []): Typed {
  const source: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const typed: Typed = {};
  for (const name of single) {
    const value = (Object.hasOwn(source, name) ? source[name] : undefined) ?? '';
    if (typeof value !== 'string') throw new Malformed(`The field ${name} may be given once only.`);
    const time = timeBeside(source, name);
    typed[name] = time ? `${value} ${time}` : value;
  }
  for (const name of several) {
    const value = (Object.hasOwn(source, name) ? source[name] : undefined) ?? [];
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((one) => typeof one === 'string')) throw new Malformed(`The field ${name} is malformed.`);
    typed[name] = list;
  }
  return typed;
}

/** A moment is typed as a day with a time in a field of its own beside it. */
function timeBeside(source: Record<string, unknown>, name: string): string {
  const value = (Object.hasOwn(source, `${name}-time`) ? source[`${name}-time`] : undefined) ?? '';
  if (typeof value !== 'string') throw new Malformed(`The field ${name}-time may be given once only.`);
  return value;
}

/** Checks typed fields against a schema: clean values, or the first message of each field. */
export function checkForm<T>(schema: z.ZodType<T>, typed: Typed): FormResult<T> {
  const parsed = schema.safeParse(typed);
  const errors: Errors = {};
  for (const issue of parsed.error?.issues ?? []) errors[String(issue.path[0] ?? 'form')] ??= issue.message;
  // No keyboard makes one, and what comes after it is lost in one program or another.
  for (const [name, value] of Object.entries(typed))
    if ([value].flat().some((text) => text.includes('\0'))) errors[name] ??= 'A text has no NUL character in it.';
  return parsed.success && Object.keys(errors).length === 0 ? { values: parsed.data } : { errors };
}
