import type { Fields } from '../audit/audit-event.ts';
import type { Format } from '../text/format.ts';
import { fieldWords, valueWords } from '../verbs/field-words.ts';
import type { PlannedLine } from './import-plan-store.ts';

/** A field that a line would write, in words. */
export interface ToldField {
  field: string;
  label: string;
  /** Left out of somebody who is only now made. */
  before?: string;
  after: string;
}

/** What a line would write beside the name; `given` is what it gives somebody new. */
export function toldFields({ kind, told }: PlannedLine, given: Fields | undefined, format: Format): ToldField[] {
  const { before = {}, after = {} } = told;
  const isNew = kind === 'new';
  if (!isNew && kind !== 'changed') return [];
  return Object.entries({ ...after, ...given }).map(([field, value]) => ({
    field,
    label: fieldWords(field),
    ...(!isNew && { before: inWords(field, before[field], format) }),
    after: inWords(field, value, format),
  }));
}

function inWords(field: string, value: unknown, format: Format): string {
  if (!Array.isArray(value)) return named(field, value, format);
  return value.map((one) => named(field, one, format)).join(', ') || 'none';
}

/** A record that is named by its name, and all else as it is said. */
function named(field: string, one: unknown, format: Format): string {
  return typeof one === 'object' && one !== null && 'name' in one ? String(one.name) : valueWords(field, one, format);
}
