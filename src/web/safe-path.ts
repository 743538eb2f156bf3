const LOCAL = /^\/(?![/\\])/;
/** As long as an address may be that holds a list of names. */
const LONGEST = 8_000;
const CONTROL = /[\u0000-\u001F\u007F]/;

/** A return path that stays on this server, or undefined (R74): `//evil`, `/\evil` and `javascript:` do not. */
export function safePath(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > LONGEST || CONTROL.test(text)) return undefined;
  if (!LOCAL.test(text)) return undefined;
  const url = new URL(text, 'http://roster.invalid');
  // Looked at again: `/.//evil` only becomes `//evil` when its dots are resolved.
  return url.host === 'roster.invalid' && LOCAL.test(url.pathname) ? url.pathname + url.search : undefined;
}
