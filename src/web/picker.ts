import type { Request } from 'express';
import type { Typed } from '../forms/form.ts';
import { type Picker, SUGGESTED, stepOf } from '../forms/picker.ts';
import { isHtmx, targetOf } from './render.ts';

/** What the page of a form needs to show its pickers, and each alone where htmx asks for it. */
export function pickersOf(req: Request, typed: Typed, action: string, pickers: Picker[]) {
  const { deed, field } = stepOf(typed);
  // Whoever types has the focus already, and may have gone on by the time of the answer.
  const isFocused = (picker: Picker) => picker.field === field && (deed !== 'find' || !isHtmx(req));
  const shown = pickers.map((picker) => ({
    ...picker,
    action,
    isFocused: isFocused(picker),
    isCut: picker.sought !== '' && picker.found.length >= SUGGESTED,
  }));
  return {
    page: {
      pickers: Object.fromEntries(shown.map((picker) => [picker.field, picker])),
      picker: shown.find((picker) => idOf(picker) === targetOf(req)),
      /** What Enter does first: search what is typed into a picker, unless that was searched already. */
      searchesByEnter: shown.every(({ sought }) => sought === ''),
    },
    fragments: Object.fromEntries(shown.map((picker) => [idOf(picker), '_picker'])),
  };
}

function idOf({ field }: Picker): string {
  return `${field}-picker`;
}
