import type { Json } from '../components.ts';
import { resolved } from './schema-words.ts';

/** What stands in fields of these names: a made-up house that one recognises. */
const SAID: Record<string, unknown> = {
  name: 'Nora',
  email: 'nora@example.com',
  emails: ['nora@example.com'],
  phones: ['+46 8 123 45'],
  groups: [3],
  tags: ['night shift'],
  startsAt: '2026-12-01T08:00:00.000Z',
  leavesAt: '2027-01-31T17:00:00.000Z',
  until: '2027-01-31',
  invite: true,
  kind: 'person',
  accounts: ['employee'],
  owner: { type: 'group', id: 3 },
  level: 'read',
  permissions: { contacts: 'read', audit: 'none' },
  on: 'users',
  action: 'add-to-group',
  ids: [7, 12],
  values: { group: 3, untilAt: '2027-01-31T17:00:00.000Z' },
  view: 'state=locked&sort=name',
  userId: 7,
  checks: [{ user: 'nora', application: 'users', access: 'read' }],
};
/** Left out where another field of the example takes their place. */
const EITHER: Record<string, string> = { view: 'ids' };

/** A body that makes sense, of the fields that one is likely to send. */
export function exampleOf(schema: Json, schemas: Record<string, Json>): Json {
  const { properties = {}, required = [] } = resolved(schema, schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const shown = Object.keys(properties).filter((name) => {
    if (EITHER[name] && EITHER[name] in properties) return false;
    return name in SAID || required.includes(name);
  });
  return Object.fromEntries(shown.map((name) => [name, SAID[name] ?? '…']));
}
