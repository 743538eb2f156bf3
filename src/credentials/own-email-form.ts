import { z } from 'zod';
import { userEmail } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed } from '../forms/form.ts';

/** The email that somebody wants instead of the one that they have. */
export function checkOwnEmail(typed: Typed, current: string | null): FormResult<{ email: string }> {
  const other = userEmail().refine((email) => email !== current, 'This is your system email already.');
  return checkForm(z.object({ email: other }), { email: typed.email });
}
