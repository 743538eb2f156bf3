/** Of users and groups together each has an id of its own (RFC 7643, section 3.1); it is never one that a program chose. */
export const userHandle = (id: number) => `user-${id}`;
export const groupHandle = (id: number) => `group-${id}`;

/** The number in such an id; undefined where it is none. */
export function idOfHandle(handle: unknown, kind: 'user' | 'group'): number | undefined {
  const [, number] = new RegExp(`^${kind}-([1-9]\\d{0,14})$`).exec(String(handle)) ?? [];
  return number === undefined ? undefined : Number(number);
}
