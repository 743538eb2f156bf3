import type { AppContext } from '../../app-context.ts';
import { Conflict } from '../../verbs/refusals.ts';

/** What a program makes goes by mail or not at all. */
export function requireMail({ mail }: Pick<AppContext, 'mail'>): void {
  if (!mail) throw new Conflict('No mail goes out here, and no program is shown a link.');
}
