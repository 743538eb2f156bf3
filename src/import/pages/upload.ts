import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { DAY } from '../../clock.ts';
import { HttpError } from '../../web/http-error.ts';
import { IMPORT_KINDS } from '../columns.ts';

/** A file that is being sent, behind the fields that stand before it in the form. */
interface Sent {
  stream: Readable & { truncated?: boolean };
  name: string;
  /** Resolves when nothing followed that makes no sense. */
  isWhole: Promise<void>;
}

declare global {
  namespace Express {
    interface Request {
      sent?: Sent;
    }
  }
}

const LIMITS = { fields: 5, fieldNameSize: 50, fieldSize: 200, files: 1, parts: 6, headerPairs: 20 };
const LONGEST_NAME = 200;
/** Where the forms of files are sent to. */
export const UPLOAD_PATHS = IMPORT_KINDS.map((kind) => `/${kind}/imports`);
const MULTIPART = /^multipart\/form-data\b/i;

/** Whether it is a file that comes. */
export function isUpload({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'POST' && UPLOAD_PATHS.includes(url) && MULTIPART.test(headers['content-type'] ?? '');
}

/**
 * Reads the form of a file up to the file itself, which stays with whoever sends it until it is known who that is and that the form is ours.
 * What is not taken is thrown away as it comes.
 */
export function readUpload(megabytes: number): RequestHandler {
  return (req, res, next) => {
    if (!isUpload(req)) return next();
    begin(req, res, next, megabytes);
  };
}

const malformed = () => new HttpError(400, 'The request is malformed.');

function begin(req: Request, res: Response, next: NextFunction, megabytes: number): void {
  let parser: busboy.Busboy;
  try {
    const limits = { ...LIMITS, fileSize: megabytes * 1024 * 1024 };
    parser = busboy({ headers: req.headers, limits, defParamCharset: 'utf8' });
  } catch {
    next(malformed());
    return;
  }
  const fields: Record<string, string | string[]> = {};
  let isGoing = true;
  const whole = Promise.withResolvers<void>();
  // Where no file is taken nobody waits for it.
  whole.promise.catch(() => undefined);
  const go = (error?: unknown) => {
    if (!isGoing) return;
    isGoing = false;
    req.body = fields;
    next(error);
  };
  const letGo = () => {
    req.unpipe(parser);
    req.resume();
  };
  parser.on('field', (name, value) => {
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  });
  parser.on('file', (_name, stream, { filename }) => {
    // Whoever takes the file is told of it by the pipeline; without one nobody is.
    stream.on('error', () => undefined);
    if (!isGoing) return void stream.resume();
    req.sent = { stream, name: String(filename ?? '').slice(0, LONGEST_NAME), isWhole: whole.promise };
    go();
  });
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
    parser.on(limit, () => whole.reject(malformed()));
  parser.on('error', () => {
    whole.reject(malformed());
    req.sent?.stream.destroy(malformed());
    letGo();
    go(malformed());
  });
  parser.on('close', () => {
    whole.resolve();
    go();
  });
  res.on('close', letGo).on('finish', letGo);
  req.on('close', () => {
    if (req.complete) return;
    whole.reject(malformed());
    req.sent?.stream.destroy(malformed());
  });
  req.pipe(parser);
}

const FOLDER = 'uploads';

/** Puts the file that this request sends where it can be read, for `work` alone. Undefined where none was sent. */
export async function withUpload<T>(
  req: Request,
  dataDir: string,
  work: (file: { path: string; name: string; isCut: boolean; remove(): Promise<void> }) => Promise<T>,
): Promise<T | undefined> {
  const { sent } = req;
  if (!sent) return undefined;
  const folder = join(dataDir, FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomBytes(12).toString('hex'));
  const remove = () => rm(path, { force: true });
  try {
    await pipeline(sent.stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    await sent.isWhole;
    if (sent.name === '' && (await stat(path)).size === 0) return undefined;
    return await work({ path, name: sent.name, isCut: sent.stream.truncated === true, remove });
  } catch (error) {
    throw inWords(error, { path, stream: sent.stream });
  } finally {
    await remove();
  }
}

/** What went wrong with the copy of a file, or on the way to it; whatever else it is stays as it is. */
function inWords(error: unknown, { path, stream }: { path: string; stream: Readable }): unknown {
  if (error === stream.errored && !(error instanceof HttpError)) return malformed();
  const { code, path: place } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return new HttpError(503, 'The disk of this Roster is full. Nothing was changed; tell whoever runs it.');
  if (code === 'ENOENT' && place === path)
    return new HttpError(503, 'The file was lost while it was read, and nothing was changed. Send it again.');
  return error;
}

/** Files of a process that was killed while it took them in. */
export async function removeOldUploads(dataDir: string, now: number): Promise<void> {
  const folder = join(dataDir, FOLDER);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found && found.mtimeMs < now - DAY) await rm(join(folder, name), { force: true });
  }
}
