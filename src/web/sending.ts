import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** What is shorter fits into one packet as it is. */
const WORTH_PACKING = 1_400;

/**
 * Sends a page in one piece, compressed here and now. In pieces it would go through the pool of threads, where it would stand in line
 * behind the passwords that are being hashed.
 */
export function sendWhole(req: Request, res: Response, html: string): void {
  const page = Buffer.from(html);
  res.vary('Accept-Encoding');
  if (page.length < WORTH_PACKING || !req.acceptsEncodings('gzip')) {
    res.send(page);
    return;
  }
  res.set('Content-Encoding', 'gzip').send(gzipSync(page, { level: 1 }));
}
