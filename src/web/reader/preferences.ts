import { parseCookie } from 'cookie';
import type { Request } from 'express';

/** What can be chosen, in words; the first of each is what holds before anything was. */
export const PREFERENCES = [
  {
    name: 'theme',
    label: 'Theme',
    values: [
      ['auto', 'Auto'],
      ['light', 'Light'],
      ['dark', 'Dark'],
    ],
  },
  {
    name: 'density',
    label: 'Density',
    values: [
      ['comfortable', 'Comfortable'],
      ['compact', 'Compact'],
    ],
  },
  {
    name: 'shortcuts',
    label: 'Keyboard shortcuts',
    values: [
      ['on', 'On'],
      ['off', 'Off'],
    ],
  },
] as const;

export type Preference = (typeof PREFERENCES)[number]['name'];
export type Preferences = Record<Preference, string>;

/**
 * How pages look and answer. Density and shortcuts are a matter of the device: cookies keep them, also after signing out. The theme is
 * the person's, wherever they sign in; the cookie has it where nobody is signed in, or chose any.
 */
export function readPreferences(req: Request): Preferences {
  const cookies = parseCookie(req.get('cookie') ?? '');
  const chosen = (name: Preference) =>
    (name === 'theme' && knownChoice(name, req.viewer?.user.theme ?? undefined)) ||
    knownChoice(name, cookies[cookieOf(name)]);
  return Object.fromEntries(PREFERENCES.map(({ name, values }) => [name, chosen(name) ?? values[0][0]])) as Preferences;
}

/** The value where it is one that can be chosen: a cookie or a form says what it likes. */
export function knownChoice(name: Preference, value: string | undefined): string | undefined {
  const { values } = PREFERENCES.find((one) => one.name === name)!;
  return values.map(([known]) => known as string).find((known) => known === value);
}

export function cookieOf(name: Preference): string {
  return `roster-${name}`;
}
