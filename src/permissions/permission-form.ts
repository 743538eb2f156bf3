import type { Rights } from '../access/rights.ts';
import { type Typed, typedFields } from '../forms/form.ts';
import type { Group } from '../groups/group.ts';
import { Malformed } from '../verbs/refusals.ts';

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

/** What the group is to grant; an application that the matrix does not show stays as it is. */
export function rightsIn(typed: Typed, group: Group, applications: string[]): Rights {
  const chosen = { ...group.rights };
  for (const application of applications) {
    const level = typed[application];
    if (level === 'read' || level === 'write') chosen[application] = level;
    else delete chosen[application];
  }
  return chosen;
}
