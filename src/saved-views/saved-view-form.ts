import { z } from 'zod';
import { id, shownName, ticked } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';

export const viewName = shownName(60);

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
