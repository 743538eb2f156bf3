import { z } from 'zod';
import { cleaned, INVISIBLE, id, isSeen, ticked } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';

export const viewName = cleaned
  .refine(isSeen, 'Enter a name.')
  .refine((text) => [...text].length <= 60, 'A name has at most 60 characters.')
  .refine((text) => !INVISIBLE.test(text), 'A name has no invisible or control characters.');

const named = z.object({ name: viewName });
const added = z.object({ name: viewName, pinned: ticked, shared: ticked });
const replacing = z.object({ replaces: id.pipe(z.number()) });

export type NewView = z.output<typeof added>;

export function typedView(body: unknown): Typed {
  return typedFields(body, ['view', 'name', 'replaces', 'pinned', 'shared']);
}

export function checkNewView(typed: Typed): FormResult<NewView> {
  return checkForm(added, typed);
}

export function checkName(typed: Typed): FormResult<{ name: string }> {
  return checkForm(named, typed);
}

/** Where the view is to take the place of another: of which one. */
export function checkReplacing(typed: Typed): FormResult<{ replaces: number }> {
  return checkForm(replacing, typed);
}
