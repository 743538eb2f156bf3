import type { Rights } from '../access/rights.ts';
import { type Typed, typedFields } from '../forms/form.ts';
import type { Group } from '../groups/group.ts';
import { Malformed } from '../verbs/refusals.ts';
import { granting, type Levels } from './permission-store.ts';

const LEVELS = ['none', 'read', 'write'] as const;

/** The field of an application: its key alone may be what other fields of forms are called, of which some are secrets. */
export const levelField = (application: string) => `on-${application}`;

/**
 * What was chosen in the matrix, one field for each application; `confirmed` says that the sheet was read. Every cell is
 * a choice of three, so anything else was sent by no form of ours.
 */
export function typedPermissions(body: unknown, applications: string[]): Typed {
  const typed = typedFields(body, [...applications.map(levelField), 'version', 'confirmed', 'step']);
  for (const field of applications.map(levelField))
    if (!LEVELS.some((level) => level === typed[field]))
      throw new Malformed(`The field ${field} is none, read or write.`);
  return typed;
}

/** The matrix as it stands. */
export function typedOf(group: Group, applications: string[]): Typed {
  return {
    ...Object.fromEntries(applications.map((key) => [levelField(key), group.rights[key] ?? 'none'])),
    version: String(group.version),
  };
}

/** What was chosen for each application of the matrix. */
export function levelsIn(typed: Typed, applications: string[]): Levels {
  return Object.fromEntries(applications.map((key) => [key, typed[levelField(key)] as Levels[string]]));
}

/** What the group is to grant; an application that the matrix does not show stays as it is. */
export function rightsIn(typed: Typed, group: Group, applications: string[]): Rights {
  return granting(group.rights, levelsIn(typed, applications));
}
