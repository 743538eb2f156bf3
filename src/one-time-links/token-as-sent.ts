/** The token of an address: mail programs and people take a full stop or a bracket along that stood behind the link. */
export function tokenAsSent(text: unknown): string {
  return String(text).replace(/(?<![^\w-])[^\w-]+$/, '');
}
