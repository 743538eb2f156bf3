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
 * How pages look and answer in this browser. A matter of the device, not of the user: it is kept in cookies, and stays
 * after signing out.
 */
export function readPreferences(req: Request): Preferences {
  const cookies = parseCookie(req.get('cookie') ?? '');
  return Object.fromEntries(
    PREFERENCES.map(({ name, values }) => [name, knownChoice(name, cookies[cookieOf(name)]) ?? values[0][0]]),
  ) as Preferences;
}

/** The value where it is one that can be chosen: a cookie or a form says what it likes. */
export function knownChoice(name: Preference, value: string | undefined): string | undefined {
  const { values } = PREFERENCES.find((one) => one.name === name)!;
  return values.map(([known]) => known as string).find((known) => known === value);
}

export function cookieOf(name: Preference): string {
  return `roster-${name}`;
}
