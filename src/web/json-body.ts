import { HttpError } from './http-error.ts';

/** What the parser of bodies says of one that cannot be read, in words; anything else as it is. */
export function readableError(error: unknown, tooLarge: string): unknown {
  switch ((error as { type?: unknown } | null)?.type) {
    case 'entity.too.large':
      return new HttpError(413, tooLarge);
    case 'entity.parse.failed':
      return new HttpError(400, 'The body is no JSON, or no object.');
    case 'charset.unsupported':
      return new HttpError(415, 'A body is sent in UTF-8.');
    case 'encoding.unsupported':
      return new HttpError(415, 'A body is sent as it is, or by gzip, deflate or br.');
    default:
      return error;
  }
}
