import { normalizedAs } from '../text/text.ts';
import { type Attribute, attributeNamed, type ResourceKind } from './attribute.ts';
import { Unfit } from './unfit.ts';

/** A user or group as SCIM tells of it, its attributes called as the schemas call them. */
export type Resource = Record<string, unknown>;

const LONGEST_TEXT = 1_000;
const MOST_VALUES = 100;

/**
 * What of a body the schemas know, each in its own type: what is read only or unknown is left out, as RFC 7644, section 3.5.1, has it,
 * and what is null or empty is not there. Throws Unfit.
 */
export function knownOf(kind: ResourceKind, body: unknown): Resource {
  const source = objectOf(body, 'The body');
  const known = attributesOf(kind.attributes, source, '');
  for (const [schema, attributes] of Object.entries(kind.extensions)) {
    const key = Object.keys(source).find((one) => one.toLowerCase() === schema.toLowerCase());
    const value = key === undefined ? undefined : source[key];
    if (value === undefined || value === null) continue;
    const extension = attributesOf(attributes, objectOf(value, schema), `${schema}:`);
    if (Object.keys(extension).length > 0) known[schema] = extension;
  }
  return known;
}

function attributesOf(attributes: readonly Attribute[], source: Resource, prefix: string): Resource {
  const known: Resource = {};
  for (const [name, value] of Object.entries(source)) {
    const attribute = attributeNamed(attributes, name);
    if (!attribute || attribute.mutability === 'readOnly') continue;
    const fitting = fittingValue(attribute, value, `${prefix}${attribute.name}`);
    if (fitting !== undefined) known[attribute.name] = fitting;
  }
  return known;
}

/** The value in the type of its attribute; undefined for none. Throws Unfit. */
export function fittingValue(attribute: Attribute, value: unknown, name: string): unknown {
  if (!attribute.multiValued) return singleOf(attribute, unwrapped(attribute, value), name);
  const list = value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
  requireFew(attribute, list, name);
  const values = list.map((one) => singleOf(attribute, one, name)).filter((one) => one !== undefined);
  // A list without those who cannot be read would take them out of their group.
  if (attribute.name === 'members' && values.length < list.length)
    throw new Unfit('invalidValue', 'A member has a value: the id of a user.');
  const primary = values.filter((one) => (one as Resource).primary === true).length;
  if (primary > 1) throw new Unfit('invalidValue', `Of ${name} one at most is the primary.`);
  return values.length > 0 ? values : undefined;
}

/**
 * Throws Unfit; after each of many steps as well, or each would have to look through what all those before it added. Of members there are as many as a
 * request can hold.
 */
export function requireFew(attribute: Attribute, values: unknown[], name: string): void {
  if (attribute.name === 'members' || values.length <= MOST_VALUES) return;
  throw new Unfit('tooMany', `${name} has at most ${MOST_VALUES} values at once.`);
}

/** Microsoft may wrap one value into a list, as `[{ "$ref": null, "value": "False" }]`. */
function unwrapped({ type }: Attribute, value: unknown): unknown {
  if (type === 'complex' || !Array.isArray(value) || value.length !== 1) return value;
  const [one] = value;
  return typeof one === 'object' && one !== null && 'value' in one ? one.value : value;
}

function singleOf(attribute: Attribute, value: unknown, name: string): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  if (attribute.type === 'boolean') return booleanOf(value, name);
  if (attribute.type !== 'complex') return textOf(value, name);
  // Microsoft sends a manager, and others a role, as its value alone.
  const parts = typeof value === 'string' ? { value } : objectOf(value, name);
  const known = attributesOf(attribute.subAttributes ?? [], parts, `${name}.`);
  return Object.keys(known).length > 0 ? known : undefined;
}

/** Microsoft sends "True" and "False". */
function booleanOf(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value.trim())) return value.trim().toLowerCase() === 'true';
  throw new Unfit('invalidValue', `${name} is true or false.`);
}

function textOf(value: unknown, name: string): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new Unfit('invalidValue', `${name} is a text.`);
  if (text.length > LONGEST_TEXT) throw new Unfit('invalidValue', `${name} has at most ${LONGEST_TEXT} characters.`);
  return text;
}

export function objectOf(value: unknown, name: string): Resource {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Resource;
  throw new Unfit('invalidValue', `${name} is an object.`);
}

/** One value of an attribute as it is searched and sorted by. */
export interface SearchedValue {
  path: string;
  place: number;
  value: string;
}

const LONGEST_SEARCHED = 200;

/** As texts are compared, in any case. */
export function searchedAs(value: unknown): string {
  return normalizedAs('NFC', String(value)).trim().toLowerCase().slice(0, LONGEST_SEARCHED);
}

/** All values of these attributes, by lowered paths; those of extensions below their schemas. */
export function searchedValues(kind: ResourceKind, resource: Resource): SearchedValue[] {
  const core = valuesBelow(kind.attributes, resource, '');
  const extended = Object.entries(kind.extensions).flatMap(([schema, attributes]) =>
    valuesBelow(attributes, (resource[schema] ?? {}) as Resource, `${schema}:`),
  );
  return [...core, ...extended].map((one) => ({ ...one, path: one.path.toLowerCase() }));
}

function valuesBelow(attributes: readonly Attribute[], resource: Resource, prefix: string): SearchedValue[] {
  return attributes.flatMap(({ name, type }) => {
    const value = resource[name];
    if (value === undefined || value === null) return [];
    if (type !== 'complex') return [{ path: `${prefix}${name}`, place: 0, value: searchedAs(value) }];
    return [value].flat().flatMap((one, place) =>
      Object.entries(one as Resource).map(([part, text]) => ({
        path: `${prefix}${name}.${part}`,
        place,
        value: searchedAs(text),
      })),
    );
  });
}
