import type { Rights } from '../access/rights.ts';
import { type Typed, typedFields } from '../forms/form.ts';
import type { Group } from '../groups/group.ts';
import { Malformed } from '../verbs/refusals.ts';
import { granting, type Levels } from './permission-store.ts';

const LEVELS = ['none', 'read', 'write'] as const;

/**
 * What was chosen in the matrix, one field for each application; `confirmed` says that the sheet was read. Every cell is
 * a choice of three, so anything else was sent by no form of ours.
 */
export function typedPermissions(body: unknown, applications: string[]): Typed {
  const typed = typedFields(body, [...applications, 'version', 'confirmed', 'step']);
  for (const application of applications)
    if (!LEVELS.some((level) => level === typed[application]))
      throw new Malformed(`The field ${application} is none, read or write.`);
  return typed;
}

/** The matrix as it stands. */
export function typedOf(group: Group, applications: string[]): Typed {
  return {
    ...Object.fromEntries(applications.map((application) => [application, group.rights[application] ?? 'none'])),
    version: String(group.version),
  };
}

/** What was chosen for each application of the matrix. */
export function levelsIn(typed: Typed, applications: string[]): Levels {
  return Object.fromEntries(applications.map((application) => [application, typed[application] as Levels[string]]));
}

/** What the group is to grant; an application that the matrix does not show stays as it is. */
export function rightsIn(typed: Typed, group: Group, applications: string[]): Rights {
  return granting(group.rights, levelsIn(typed, applications));
}
