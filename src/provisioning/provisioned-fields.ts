import type { Reader } from '../db/database.ts';
import { findUserNames } from '../users/user-store.ts';
import { ROSTER_USER } from './attribute.ts';
import { findProvisionedGroups } from './provisioned-group-store.ts';
import { findProvisioned, type ProvisionedUser } from './provisioned-user-store.ts';
import type { Resource } from './resource.ts';

/** What pages tell of somebody whom a program keeps: by whom, what it says, and which fields it writes over. */
export interface KeptByProgram {
  provisioner: { id: number; name: string };
  userName: string;
  externalId: string | null;
  since: string;
  changedAt: string;
  /** Said of them besides, by what it is called. */
  said: [label: string, value: string][];
  /** The fields of the form that it writes over. */
  fields: string[];
}

const MOST_SAID = 40;

export async function keptByProgram(db: Reader, userId: number): Promise<KeptByProgram | undefined> {
  const [found] = await findProvisioned(db, [userId]);
  if (!found) return undefined;
  const names = await findUserNames(db, [found.provisionerId]);
  return {
    provisioner: { id: found.provisionerId, name: names.get(found.provisionerId) ?? '' },
    userName: found.userName,
    externalId: found.externalId,
    since: found.createdAt,
    changedAt: found.modifiedAt,
    said: saidOf(found.attributes).slice(0, MOST_SAID),
    fields: fieldsOf(found),
  };
}

/** The program that keeps a group. */
export async function groupKeptBy(db: Reader, groupId: number): Promise<{ id: number; name: string } | undefined> {
  const [found] = await findProvisionedGroups(db, [groupId]);
  if (!found) return undefined;
  const names = await findUserNames(db, [found.provisionerId]);
  return { id: found.provisionerId, name: names.get(found.provisionerId) ?? '' };
}

function fieldsOf({ userName, attributes }: ProvisionedUser): string[] {
  const access = (attributes[ROSTER_USER] ?? {}) as Resource;
  return [
    ...(userName.includes('@') ? [] : ['Name']),
    'System email',
    ...('contact' in access ? ['Linked contact'] : []),
    ...('startsAt' in access ? ['Starts on'] : []),
    ...('leavesAt' in access ? ['Leaves on'] : []),
    ...('kind' in access && access.kind === 'api-only' ? ['Reason', 'Owner', 'Review date'] : []),
    ...('noSharedData' in access ? ['No shared data'] : []),
  ];
}

/** `name.givenName`, `emails`, and what extensions say by its own name. */
function saidOf(attributes: Resource): [string, string][] {
  return Object.entries(attributes).flatMap(([name, value]): [string, string][] => {
    if (value === null || name === ROSTER_USER || name === 'active') return [];
    if (Array.isArray(value)) return [[name, value.map((one) => listed(one)).join('; ')]];
    if (typeof value !== 'object') return [[name, String(value)]];
    const prefix = name.startsWith('urn:') ? '' : `${name}.`;
    return Object.entries(value as Resource).map(([part, text]) => [`${prefix}${part}`, listed(text)]);
  });
}

function listed(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { value: main, type, primary: _isPrimary, $ref: _address, ...more } = value as Resource;
  const rest = Object.values(more).map(String);
  const words = [...(main === undefined ? [] : [String(main)]), ...rest].join(', ');
  return type === undefined ? words : `${words} (${type})`;
}
