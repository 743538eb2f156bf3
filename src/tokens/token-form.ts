import { z } from 'zod';
import { cleaned, INVISIBLE } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { isAddressOrNetwork } from '../text/networks.ts';
import { SCOPES, type Scope } from './token.ts';

/** How long a token is good for where nobody says otherwise. */
export const USUAL_DAYS = 90;

export interface TokenValues {
  name: string;
  scopes: Scope[];
  days: number;
  addresses: string[];
}

const MOST_ADDRESSES = 20;

const addresses = cleaned
  .transform((text) => text.split(/[\s,;]+/).filter(Boolean))
  .refine((list) => list.length <= MOST_ADDRESSES, `At most ${MOST_ADDRESSES} addresses.`)
  .refine(
    (list) => list.every(isAddressOrNetwork),
    'Enter addresses such as 192.0.2.7, or networks such as 192.0.2.0/24.',
  );

export function typedToken(body: unknown): Typed {
  return typedFields(body, ['name', 'days', 'addresses'], ['scopes']);
}

export function emptyToken(): Typed {
  return { ...typedToken({}), days: String(USUAL_DAYS) };
}

/** `longest`: how many days a token may be good for here. */
export function checkToken(typed: Typed, longest: number): FormResult<TokenValues> {
  const whole = `Enter a whole number of days, from 1 to ${longest}.`;
  const form = z.object({
    name: cleaned
      .refine((text) => text.length > 0, 'Say what the token is for.')
      .refine((text) => [...text].length <= 100, 'A name has at most 100 characters.')
      .refine((text) => !INVISIBLE.test(text), 'A name has no invisible or control characters.'),
    scopes: z
      .array(z.enum(SCOPES, 'Choose from the list.'))
      .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope)))
      .refine((scopes) => scopes.length > 0, 'Choose at least one.'),
    days: cleaned
      .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= longest, whole)
      .transform(Number),
    addresses,
  });
  return checkForm(form, typed);
}
