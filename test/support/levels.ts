import { levelField } from '../../src/permissions/permission-form.ts';

/** What is chosen for applications, as the matrix of permissions sends it. */
export function levels(of: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([application, level]) => [levelField(application), level]));
}
