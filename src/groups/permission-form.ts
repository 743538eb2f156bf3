import { BadRequest } from '../web/errors.ts';
import { type Typed, typedFields } from '../web/form.ts';
import type { Group } from './group.ts';
import { APPLICATIONS, type Rights } from './permission.ts';

const LEVELS = ['none', 'read', 'write'] as const;

/** One field for each application; `confirmed` says that the sheet was read. */
const SINGLE = [...APPLICATIONS, 'version', 'confirmed', 'step'];

/** What was chosen in the matrix. Every cell is a choice of three, so anything else was sent by no form of ours. */
export function typedPermissions(body: unknown): Typed {
  const typed = typedFields(body, SINGLE);
  for (const application of APPLICATIONS)
    if (!LEVELS.some((level) => level === typed[application]))
      throw new BadRequest(`The field ${application} is none, read or write.`);
  return typed;
}

/** The matrix as it stands. */
export function typedOf(group: Group): Typed {
  return {
    ...Object.fromEntries(APPLICATIONS.map((application) => [application, group.rights[application] ?? 'none'])),
    version: String(group.version),
  };
}

/** What the group is to grant; an application that the matrix does not show stays as it is. */
export function rightsIn(typed: Typed, group: Group): Rights {
  const chosen = { ...group.rights };
  for (const application of APPLICATIONS) {
    const level = typed[application];
    if (level === 'read' || level === 'write') chosen[application] = level;
    else delete chosen[application];
  }
  return chosen;
}
