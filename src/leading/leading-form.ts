import { z } from 'zod';
import { day, userEmail, userName } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';

/** So many addresses at once: a leader knows each of them. */
const MOST_AT_ONCE = 100;

const invitation = z.object({ name: userName, email: userEmail() });
const additions = z.object({
  emails: z
    .string()
    .transform((text) => [
      ...new Set(
        text
          .split(/[\s,;]+/)
          .map((entry) => entry.replace(/^<|>$/g, ''))
          .filter(Boolean),
      ),
    ])
    .refine((emails) => emails.length > 0, 'Enter the system email of somebody.')
    .refine((emails) => emails.length <= MOST_AT_ONCE, 'At most 100 at once.'),
  untilOn: day,
});

export function typedLeading(body: unknown): Typed {
  return typedFields(body, ['name', 'email', 'emails', 'untilOn', 'channel'], ['ids']);
}

export function checkInvitation(typed: Typed): FormResult<z.output<typeof invitation>> {
  return checkForm(invitation, typed);
}

export function checkAdditions(typed: Typed): FormResult<z.output<typeof additions>> {
  return checkForm(additions, typed);
}

export function checkEnd(typed: Typed): FormResult<{ untilOn: string | null }> {
  return checkForm(z.object({ untilOn: day }), typed);
}

/** The ids that were ticked; what is no id was sent by no form of ours and is passed over. */
export function tickedIn(typed: Typed): number[] {
  const ids = [typed.ids].flat().filter((text) => /^[1-9]\d{0,14}$/.test(text));
  return [...new Set(ids.map(Number))];
}
