import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** What is shorter fits into one packet as it is. */
const WORTH_PACKING = 1_400;

/**
 * Sends a page, given as a letter for each of its bytes, in one piece, compressed here and now. In pieces it would go through the pool of
 * threads, where it would stand in line behind the passwords that are being hashed. As a string it is copied once, into what the system takes.
 */
export function sendWhole(req: Request, res: Response, page: string): void {
  res.vary('Accept-Encoding');
  if (page.length < WORTH_PACKING || !req.acceptsEncodings('gzip')) {
    res.set('Content-Length', String(page.length)).end(page, 'latin1');
    return;
  }
  res.set('Content-Encoding', 'gzip').send(gzipSync(Buffer.from(page, 'latin1'), { level: 1 }));
}
