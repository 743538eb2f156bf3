import type { Reader } from '../../db/database.ts';
import { FieldErrors, type Typed } from '../../forms/form.ts';
import type { Times } from '../../forms/moments.ts';
import type { Judge } from '../../verbs/action.ts';
import type { AskingAction, Choices } from '../asking-action.ts';

/** What was chosen, by the clock of whoever chooses. Throws FieldErrors where something is wrong with it. */
export async function checkedChoices(
  db: Reader,
  by: Judge,
  action: AskingAction,
  typed: Typed,
  times: Times,
): Promise<Choices> {
  const { values, errors } = action.check(typed, times);
  if (errors) throw new FieldErrors(errors);
  const choices = action.resolve ? await action.resolve(db, by, values) : values;
  await action.chosen(db, choices);
  return choices;
}
