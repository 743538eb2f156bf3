/** What is typed anew each time: it stands in no page, and nothing that waits holds it. */
const SECRET_FIELDS = new Set(['password', 'current', 'repeated', 'code', 'credential']);

export function isSecretField(name: string): boolean {
  return SECRET_FIELDS.has(name);
}
