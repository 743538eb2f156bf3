/** PostgreSQL keeps no NUL in a text: what strangers typed is kept with the mark for what cannot be shown. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
