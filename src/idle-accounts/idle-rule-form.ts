import { z } from 'zod';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import type { IdleDays } from './idle-rule.ts';

const LONGEST = 3_650;
/** Somebody may be on holiday when the mail comes. */
const LEAST_BETWEEN = 14;

const days = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => text === '' || /^[1-9]\d{0,3}$/.test(text), 'Enter a number of days, such as 60.')
  .transform((text) => (text === '' ? null : Number(text)))
  .refine((number) => number === null || number <= LONGEST, 'Enter at most 3,650 days.');

export function typedIdleDays(body: unknown): Typed {
  return typedFields(body, ['warnDays', 'tellDays', 'endDays', 'version']);
}

export function checkIdleDays(typed: Typed): FormResult<IdleDays> {
  const form = z
    .object({ warnDays: days, tellDays: days, endDays: days })
    .superRefine(({ warnDays, tellDays, endDays }, context) => {
      const say = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
      if (warnDays === null)
        return say('warnDays', 'Say after how many days: whoever is deactivated was warned before.');
      if (tellDays !== null && tellDays < warnDays)
        say('tellDays', 'Leaders are told after the user was asked: enter no fewer days than above.');
      if (endDays !== null && endDays < warnDays + LEAST_BETWEEN)
        say('endDays', `Leave at least ${LEAST_BETWEEN} days after the warning.`);
      if (endDays !== null && tellDays !== null && tellDays >= endDays)
        say('tellDays', 'Leaders are told before anybody is deactivated.');
    })
    .transform(({ warnDays, ...rest }) => ({ ...rest, warnDays: warnDays ?? 0 }));
  return checkForm(form, typed);
}

export function typedOfDays({ warnDays, tellDays, endDays }: IdleDays): Typed {
  const text = (number: number | null) => (number === null ? '' : String(number));
  return { warnDays: text(warnDays), tellDays: text(tellDays), endDays: text(endDays) };
}
