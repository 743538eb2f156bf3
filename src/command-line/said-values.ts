import { askedOf, type Operation } from '../bulk-operations/actions/bulk-subjects.ts';
import { checkedChoices } from '../bulk-operations/actions/checked-choices.ts';
import { type Ask, type AskingAction, isAsking } from '../bulk-operations/asking-action.ts';
import type { Draft } from '../bulk-operations/bulk-operation-store.ts';
import { ConfigError } from '../config.ts';
import type { Reader } from '../db/database.ts';
import { FieldErrors, type Typed } from '../forms/form.ts';
import { findGroupByName, findGroups } from '../groups/group-store.ts';
import { format } from '../text/format.ts';
import { isId } from '../text/record-id.ts';
import type { Act } from '../verbs/act.ts';

/** What was said besides; an action that only offers to be told more is done without. */
export async function choicesFor(db: Reader, act: Act, action: Operation, values: string[]): Promise<Draft['choices']> {
  const asked = askedOf(action);
  if (!asked) return noValues(action.name, values);
  if (!isAsking(action) && values.length === 0) return undefined;
  return checkedChoices(db, act, asked, await typedFor(db, asked, values), format);
}

/** What was said as `--value field=what`, or of the one question alone; a group is named or numbered. */
async function typedFor(db: Reader, { name, asks }: AskingAction, values: string[]): Promise<Typed> {
  const fields = asks.map(({ field }) => field);
  const typed: Typed = Object.fromEntries(fields.map((field) => [field, '']));
  const given = new Set<string>();
  for (const value of values) {
    const [, field = '', said = ''] = /^(\w+)=(.*)$/s.exec(value) ?? [];
    const isField = fields.includes(field);
    if (!isField && fields.length > 1)
      throw new ConfigError([`--value ${value}: ${name} takes ${fields.map((one) => `${one}=…`).join(', ')}`]);
    const [key, text] = isField ? [field, said] : [fields[0], value];
    if (given.has(key)) throw new ConfigError([`--value ${key} may be given once only`]);
    given.add(key);
    typed[key] = valueSaid(asks.find((ask) => ask.field === key)!, text);
  }
  // What is left out must not come to mean "take it away".
  const missing = asks.filter(
    ({ kind, field }) => !given.has(field) && (asks.length === 1 || !MAY_BE_LEFT_OUT.has(kind)),
  );
  if (missing.length > 0)
    throw new ConfigError(missing.map(({ field, label }) => `${name} needs --value ${field}=… (${label})`));
  for (const { kind, field } of asks)
    if (kind === 'group') typed[field] = String(await groupCalled(db, field, String(typed[field])));
  return typed;
}

/** By name or id. Throws FieldErrors where it cannot be said which one is meant. */
async function groupCalled(db: Reader, field: string, text: string): Promise<number> {
  const byName = (await findGroupByName(db, text))?.id;
  const [byId] = isId(text) ? (await findGroups(db, [Number(text)])).map(({ id }) => id) : [];
  const found = byName ?? byId;
  if (found === undefined) throw new FieldErrors({ [field]: `There is no group ${text}.` });
  if (byId !== undefined && byId !== found)
    throw new FieldErrors({ [field]: `${text} is the name of one group, and the id of another: name it otherwise.` });
  return found;
}

/** What was left empty, as by a variable that was never set, would come to mean for ever, or nobody: it is none only where that is said. */
export function valueSaid({ kind, field }: Pick<Ask, 'kind' | 'field'>, text: string): string {
  if (!MAY_BE_LEFT_OUT.has(kind)) return text;
  if (text.trim() === '') throw new ConfigError([`--value ${field}= says nothing: for none, write ${field}=none`]);
  return text.trim() === 'none' ? '' : text;
}

const MAY_BE_LEFT_OUT = new Set(['day', 'start', 'end', 'user', 'owning-group']);

function noValues(name: string, values: string[] = []): undefined {
  if (values.length > 0) throw new ConfigError([`${name} asks nothing: it takes no --value`]);
}
