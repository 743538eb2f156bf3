import { type Attribute, attributeNamed, type ResourceKind } from '../attribute.ts';
import { fittingValue, knownOf, objectOf, type Resource, requireFew } from '../resource.ts';
import { type AttributePath, BadFilter, type Filter, parsePatchPath } from '../searching/filter.ts';
import { Unfit } from '../unfit.ts';
import { matches, meantBy } from './matching.ts';

/** One step of a PATCH (RFC 7644, section 3.5.2). */
export interface PatchStep {
  op: 'add' | 'replace' | 'remove';
  path?: string;
  value?: unknown;
}

const MOST_STEPS = 1_000;
/** Of all steps on a user: each filter in a path is held against each value of a list. */
const LONGEST_PATHS = 10_000;
/** Of what is read only, where it comes along with the rest. */
const IGNORED = ['id', 'meta', 'schemas', 'groups', 'password'];

/** The steps that a body tells. Names and words may stand in any case: Microsoft writes "Add". Throws Unfit. */
export function stepsOf(body: unknown): PatchStep[] {
  const source = objectOf(body, 'The body');
  const key = Object.keys(source).find((one) => one.toLowerCase() === 'operations');
  const operations = key === undefined ? undefined : source[key];
  if (!Array.isArray(operations) || operations.length === 0)
    throw new Unfit('invalidValue', 'A PATCH has Operations, at least one.');
  if (operations.length > MOST_STEPS) throw new Unfit('tooMany', `A PATCH has at most ${MOST_STEPS} operations.`);
  return operations.map((one) => {
    const { op, path, value } = objectOf(one, 'An operation');
    const word = typeof op === 'string' ? op.toLowerCase() : '';
    if (word !== 'add' && word !== 'replace' && word !== 'remove')
      throw new Unfit('invalidValue', 'The op of an operation is add, replace or remove.');
    if (path !== undefined && path !== null && typeof path !== 'string')
      throw new Unfit('invalidPath', 'The path of an operation is a text.');
    if (word === 'remove' && !path) throw new Unfit('noTarget', 'To remove, an operation needs a path.');
    // It would take away what is there: all members of a group, where a program forgot to name them.
    if (word !== 'remove' && value === undefined)
      throw new Unfit('invalidValue', 'To add or to replace, an operation needs a value.');
    return { op: word, ...(path && { path: path as string }), value };
  });
}

/** The steps with what has no path taken apart into what each part of its value is for. */
export function pathedSteps(kind: ResourceKind, steps: PatchStep[]): (PatchStep & { path: string })[] {
  return steps.flatMap((step) => {
    if (step.path !== undefined) return [{ ...step, path: step.path }];
    return Object.entries(objectOf(step.value, 'Without a path, the value'))
      .filter(([name]) => !IGNORED.includes(name.toLowerCase()) && isKnown(kind, name))
      .map(([path, value]) => ({ ...step, path, value }));
  });
}

function isKnown(kind: ResourceKind, name: string): boolean {
  try {
    return targetOf(kind, name) !== undefined;
  } catch {
    return false;
  }
}

/** What the resource is after these steps. Throws Unfit. */
export function patched(kind: ResourceKind, resource: Resource, steps: PatchStep[]): Resource {
  const length = steps.reduce((sum, { path = '' }) => sum + path.length, 0);
  if (length > LONGEST_PATHS)
    throw new Unfit('tooMany', `The paths of a PATCH have at most ${LONGEST_PATHS} characters together.`);
  const next = structuredClone(resource);
  for (const step of pathedSteps(kind, steps)) take(kind, next, step);
  return knownOf(kind, next);
}

/** What a path leads to. */
export interface Target {
  /** The schema of an extension. */
  schema?: string;
  /** Undefined for all of the extension. */
  attribute?: Attribute;
  sub?: Attribute;
  filter?: Filter;
}

/** Throws Unfit. */
export function targetOf(kind: ResourceKind, text: string): Target {
  const whole = Object.keys(kind.extensions).find((one) => one.toLowerCase() === text.trim().toLowerCase());
  if (whole) return { schema: whole };
  const { path, filter } = readPath(text);
  const schema = schemaOf(kind, path);
  const attribute = attributeNamed(schema ? kind.extensions[schema] : kind.attributes, path.attribute);
  if (!attribute) {
    if (['id', 'meta', 'schemas'].includes(path.attribute)) throw new Unfit('mutability', `${text} is read only.`);
    throw new Unfit('invalidPath', `There is no attribute ${text.slice(0, 100)}.`);
  }
  const sub = path.sub === undefined ? undefined : attributeNamed(attribute.subAttributes ?? [], path.sub);
  if (path.sub !== undefined && !sub) throw new Unfit('invalidPath', `There is no attribute ${text.slice(0, 100)}.`);
  if (filter && !attribute.multiValued) throw new Unfit('invalidPath', `${attribute.name} is no list.`);
  if ((sub ?? attribute).mutability === 'readOnly') throw new Unfit('mutability', `${text} is read only.`);
  return { schema, attribute, sub, filter };
}

function readPath(text: string): ReturnType<typeof parsePatchPath> {
  try {
    return parsePatchPath(text);
  } catch (error) {
    if (error instanceof BadFilter) throw new Unfit('invalidPath', error.message);
    throw error;
  }
}

function schemaOf(kind: ResourceKind, { schema }: AttributePath): string | undefined {
  if (schema === undefined || schema === kind.schema.toLowerCase()) return undefined;
  const known = Object.keys(kind.extensions).find((one) => one.toLowerCase() === schema);
  if (!known) throw new Unfit('invalidPath', `There is no schema ${schema.slice(0, 100)}.`);
  return known;
}

function take(kind: ResourceKind, resource: Resource, { op, path, value }: PatchStep & { path: string }): void {
  const { schema, attribute, sub, filter } = targetOf(kind, path);
  if (!attribute) {
    takeExtension(kind, resource, schema!, { op, value });
    return;
  }
  if (schema) resource[schema] ??= {};
  const holder = schema ? (resource[schema] as Resource) : resource;
  if (filter) takeAmong(holder, attribute, { op, sub, filter, value, path });
  else if (sub) takePart(holder, attribute, { op, sub, value, path });
  else takeAttribute(holder, attribute, { op, value, path });
}

function takeExtension(
  kind: ResourceKind,
  resource: Resource,
  schema: string,
  { op, value }: Pick<PatchStep, 'op' | 'value'>,
): void {
  if (op === 'remove') {
    delete resource[schema];
    return;
  }
  for (const [name, one] of Object.entries(objectOf(value, schema)))
    if (attributeNamed(kind.extensions[schema], name)?.mutability !== 'readOnly' && isKnown(kind, `${schema}:${name}`))
      take(kind, resource, { op, path: `${schema}:${name}`, value: one });
}

function takeAttribute(holder: Resource, attribute: Attribute, { op, value, path }: Told): void {
  const { name, multiValued, type } = attribute;
  if (op === 'remove') {
    if (multiValued && value !== undefined && value !== null) holder[name] = without(holder, attribute, value, path);
    else delete holder[name];
    return;
  }
  const fitting = fittingValue(attribute, value, path);
  if (multiValued) {
    const added = (fitting ?? []) as Resource[];
    holder[name] = op === 'add' ? joined((holder[name] ?? []) as Resource[], added) : added;
    requireFew(attribute, holder[name] as Resource[], name);
  } else if (type === 'complex') holder[name] = { ...(holder[name] as Resource), ...(fitting as Resource) };
  else if (fitting === undefined) delete holder[name];
  else holder[name] = fitting;
}

type Told = Pick<PatchStep, 'op' | 'value'> & { path: string };

/** Microsoft says by the value which of a list are to go. */
function without(holder: Resource, attribute: Attribute, value: unknown, path: string): Resource[] {
  const gone = new Set(((fittingValue(attribute, value, path) ?? []) as Resource[]).map((one) => String(one.value)));
  return ((holder[attribute.name] ?? []) as Resource[]).filter((one) => !gone.has(String(one.value)));
}

/** A value that is there already is not there twice, and the last that is the primary is. */
function joined(before: Resource[], added: Resource[]): Resource[] {
  const isPrimaryAdded = added.some((one) => one.primary === true);
  const kept = isPrimaryAdded ? before.map((one) => (one.primary === true ? { ...one, primary: false } : one)) : before;
  const known = new Set(kept.map((one) => JSON.stringify(one)));
  return [...kept, ...added.filter((one) => !known.has(JSON.stringify(one)))];
}

function takePart(holder: Resource, attribute: Attribute, { op, sub, value, path }: Told & { sub: Attribute }): void {
  const name = attribute.name;
  holder[name] ??= attribute.multiValued ? [] : {};
  const values = [holder[name]].flat() as Resource[];
  if (attribute.multiValued && values.length === 0 && op !== 'remove') {
    values.push({});
    holder[name] = values;
  }
  for (const one of values) setPart(one, sub, op === 'remove' ? undefined : fittingValue(sub, value, path));
}

function takeAmong(
  holder: Resource,
  attribute: Attribute,
  { op, sub, filter, value, path }: Told & { sub: Attribute | undefined; filter: Filter },
): void {
  const values = (holder[attribute.name] ?? []) as Resource[];
  const chosen = values.filter((one) => matches(one, filter));
  if (op === 'remove') {
    if (sub) for (const one of chosen) delete one[sub.name];
    else holder[attribute.name] = values.filter((one) => !chosen.includes(one));
    return;
  }
  if (chosen.length === 0) chosen.push(madeFor(values, filter, path));
  requireFew(attribute, values, attribute.name);
  holder[attribute.name] = values;
  for (const one of chosen) {
    if (sub) setPart(one, sub, fittingValue(sub, value, path));
    else
      Object.assign(
        one,
        fittingValue({ ...attribute, multiValued: undefined }, Array.isArray(value) ? value[0] : value, path),
      );
    if (one.primary === true) for (const other of values) if (other !== one && other.primary) other.primary = false;
  }
}

/** Microsoft replaces what is not there yet, and means that it is to be. */
function madeFor(values: Resource[], filter: Filter, path: string): Resource {
  const made = meantBy(filter);
  if (!made) throw new Unfit('noTarget', `Nothing is chosen by ${path.slice(0, 100)}.`);
  values.push(made);
  return made;
}

function setPart(value: Resource, { name }: Attribute, part: unknown): void {
  if (part === undefined) delete value[name];
  else value[name] = part;
}
