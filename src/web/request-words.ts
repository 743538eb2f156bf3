import type { Request } from 'express';

/** The browser as it calls itself, short enough to be kept. */
export function agentOf(req: Request): string {
  return (req.get('user-agent') ?? '').slice(0, 200);
}

/** Longer than any word of an address, and no longer than any token. */
const LONG_SEGMENT = /[^/]{32,}/g;

/** The path for logs and audit: never a query, never a token, however the address is written (R45). */
export function loggedPath(req: { originalUrl?: string; url?: string }): string {
  const [path] = (req.originalUrl ?? req.url ?? '').split('?');
  return path.replace(LONG_SEGMENT, '…').slice(0, 200);
}
