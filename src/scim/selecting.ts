import type { Resource } from '../provisioning/resource.ts';
import { pathOf } from '../provisioning/searching/filter.ts';
import { Unfit } from '../provisioning/unfit.ts';

/** Which attributes are answered (RFC 7644, section 3.9). */
export interface Selecting {
  only?: string[];
  without: string[];
}

const ALWAYS = ['schemas', 'id'];
const MOST_NAMES = 100;

/** Names as an address gives them, or a list of them. Throws Unfit. */
export function selectingOf(attributes: unknown, excluded: unknown): Selecting {
  const only = namesIn(attributes);
  const without = namesIn(excluded);
  if (only.length > 0 && without.length > 0)
    throw new Unfit('invalidValue', 'attributes and excludedAttributes are not given together.');
  return { ...(only.length > 0 && { only }), without };
}

function namesIn(value: unknown): string[] {
  const isSaid = value === undefined || value === null || [value].flat().every((one) => typeof one === 'string');
  if (!isSaid) throw new Unfit('invalidValue', 'Attributes are named by texts.');
  const texts = (Array.isArray(value) ? value : String(value ?? '').split(',')).map((one) => String(one).trim());
  const names = texts.filter(Boolean);
  if (names.length > MOST_NAMES) throw new Unfit('tooMany', `At most ${MOST_NAMES} attributes are named.`);
  return names.map((name) => name.toLowerCase());
}

/** Whether an attribute is answered at all: what is not needs no look. */
export function isSelected({ only, without }: Selecting, attribute: string): boolean {
  if (without.includes(attribute)) return false;
  return !only || only.some((name) => lastOf(name) === attribute || lastOf(name).startsWith(`${attribute}.`));
}

function lastOf(name: string): string {
  return name.startsWith('urn:') ? name.slice(name.lastIndexOf(':') + 1) : name;
}

/** As much of the resource as was asked for. */
export function selected(resource: Resource, { only, without }: Selecting): Resource {
  if (only) {
    const chosen: Resource = {};
    for (const name of ALWAYS) chosen[name] = resource[name];
    for (const name of only) copy(resource, chosen, name);
    return chosen;
  }
  if (without.length === 0) return resource;
  const rest = structuredClone(resource);
  for (const name of without) if (!ALWAYS.includes(name)) remove(rest, name);
  return rest;
}

function copy(from: Resource, to: Resource, name: string): void {
  const place = placeOf(from, name);
  if (!place) return;
  const { holder, key, sub } = place;
  if (place.schema) to[place.schema] ??= {};
  const target = place.schema ? (to[place.schema] as Resource) : to;
  const value = holder[key];
  if (sub === undefined) target[key] = value;
  else if (Array.isArray(value)) {
    const known = (target[key] ?? value.map(() => ({}))) as Resource[];
    target[key] = value.map((one: Resource, n) => ({ ...known[n], ...part(one, sub) }));
  } else target[key] = { ...(target[key] as Resource), ...part(value as Resource, sub) };
}

function remove(from: Resource, name: string): void {
  const place = placeOf(from, name);
  if (!place) return;
  const { holder, key, sub } = place;
  if (sub === undefined) delete holder[key];
  else
    for (const one of [holder[key]].flat() as Resource[]) {
      const found = keyIn(one, sub);
      if (found) delete one[found];
    }
}

interface Place {
  schema?: string;
  holder: Resource;
  key: string;
  sub?: string;
}

function placeOf(resource: Resource, name: string): Place | undefined {
  const whole = keyIn(resource, name);
  if (whole) return { holder: resource, key: whole };
  let path: ReturnType<typeof pathOf>;
  try {
    path = pathOf(name);
  } catch {
    return undefined;
  }
  const extension = path.schema === undefined ? undefined : keyIn(resource, path.schema);
  const holder = extension ? (resource[extension] as Resource) : resource;
  if (path.schema !== undefined && !extension && !/:core:2\.0:(user|group)$/.test(path.schema)) return undefined;
  const key = keyIn(holder, path.attribute);
  if (!key || (path.sub !== undefined && typeof holder[key] !== 'object')) return undefined;
  return { schema: extension, holder, key, sub: path.sub };
}

function keyIn(resource: Resource, name: string): string | undefined {
  return Object.keys(resource).find((one) => one.toLowerCase() === name);
}

function part(value: Resource, sub: string): Resource {
  const key = keyIn(value, sub);
  return key === undefined ? {} : { [key]: value[key] };
}
