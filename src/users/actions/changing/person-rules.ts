import { type Refusal, unfitFields } from '../../../verbs/outcome.ts';
import type { UserDetails } from './user-details.ts';

/** Whoever is a person is reached by mail, and signs in by it; a program is not. */
export function withoutEmail({ user }: Pick<UserDetails, 'user'>): Refusal | undefined {
  if (user.email !== null || user.apiOnly) return undefined;
  return unfitFields({ email: 'Only an API-only user goes without an email address. Enter one.' });
}
