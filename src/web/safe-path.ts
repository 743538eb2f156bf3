const CONTROL = /[\u0000-\u001F\u007F]/;

/** A return path that stays on this server, or undefined (R74): `//evil`, `/\evil` and `javascript:` do not. */
export function safePath(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 2000 || CONTROL.test(text)) return undefined;
  if (!/^\/(?![/\\])/.test(text)) return undefined;
  const url = new URL(text, 'http://roster.invalid');
  return url.host === 'roster.invalid' ? url.pathname + url.search : undefined;
}
