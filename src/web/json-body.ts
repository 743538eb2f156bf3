import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { HttpError } from './http-error.ts';

/** Reads what programs send. Bytes that are no UTF-8 would be kept as another character, the same one for all of them. */
export function jsonBody(limit: string | number, type: string[]): RequestHandler {
  return express.json({
    limit,
    type,
    verify(_req, _res, bytes, charset) {
      if (charset === 'utf-8' && !isUtf8(bytes)) throw new Error('no UTF-8');
    },
  });
}

/** What the parser of bodies says of one that cannot be read, in words; anything else as it is. */
export function readableError(error: unknown, tooLarge: string): unknown {
  switch ((error as { type?: unknown } | null)?.type) {
    case 'entity.too.large':
      return new HttpError(413, tooLarge);
    case 'entity.parse.failed':
      return new HttpError(400, 'The body is no JSON, or no object.');
    case 'entity.verify.failed':
      return new HttpError(400, 'The body is not in UTF-8.');
    case 'charset.unsupported':
      return new HttpError(415, 'A body is sent in UTF-8.');
    case 'encoding.unsupported':
      return new HttpError(415, 'A body is sent as it is, or by gzip, deflate or br.');
    default:
      return error;
  }
}
