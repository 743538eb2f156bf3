import { z } from 'zod';
import { APPLICATIONS } from '../access/rights.ts';
import { cleaned, optional, shownName } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { isId } from '../text/record-id.ts';

/** Fields that stand beside those of the applications in the matrix of permissions, what every object has, and the address of the form. */
const RESERVED = new Set<string>([...APPLICATIONS, 'version', 'confirmed', 'step', 'constructor', 'new']);

/** What is said of one, on the page and by programs. */
export const APPLICATION_FIELDS = {
  name: shownName(100),
  description: optional(1000, 'At most 1,000 characters.'),
};

export const APPLICATION_KEY = cleaned
  .refine(
    (text) => /^[a-z][a-z0-9-]{1,39}$/.test(text),
    'Use 2 to 40 small letters, digits and dashes, a letter first.',
  )
  .refine((text) => !RESERVED.has(text), 'This key has a meaning of its own here. Choose another one.');

const registered = z.object({
  key: APPLICATION_KEY,
  ...APPLICATION_FIELDS,
  /** The group that may write on it from the beginning. */
  groupId: z.string().refine(isId, 'Choose one of your groups.').transform(Number),
});
const edited = z.object(APPLICATION_FIELDS);

export type NewApplication = z.output<typeof registered>;
export type ApplicationValues = z.output<typeof edited>;

export function typedApplication(body: unknown): Typed {
  return typedFields(body, ['key', 'name', 'description', 'groupId', 'version']);
}

export function checkNewApplication(typed: Typed): FormResult<NewApplication> {
  return checkForm(registered, typed);
}

export function checkApplication(typed: Typed): FormResult<ApplicationValues> {
  return checkForm(edited, typed);
}
