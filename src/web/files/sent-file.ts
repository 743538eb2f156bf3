import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { BrokenOff, ReaderGone, type Sink } from '../../lists/written-out.ts';
import { Refused } from '../../verbs/refusals.ts';
import { breakOff, responseSink } from './response-sink.ts';

/** A file of any length. */
export interface SentFile {
  /** With its ending. */
  name: string;
  type: string;
  write(sink: Sink): Promise<unknown>;
}

/** Answers with the file as it is written. Whatever goes wrong in its middle, the answer has no end, and the browser says so. */
export async function sendFile(app: AppContext, req: Request, res: Response, file: SentFile): Promise<void> {
  res.attachment(file.name).type(`${file.type}; charset=utf-8`);
  // To pack a large file would keep a core busy beside those that serve pages.
  res.set('Cache-Control', 'no-store, no-transform');
  try {
    await file.write(responseSink(res));
    res.end();
  } catch (error) {
    if (!res.headersSent) {
      res.removeHeader('Content-Disposition');
      throw error;
    }
    tell(app, req, error);
    await breakOff(res);
  }
}

/** A reader who went away, or lost their rights, is no mistake of ours. */
function tell({ logger }: AppContext, req: Request, error: unknown): void {
  const cause = error instanceof BrokenOff ? error.cause : error;
  const isOurs = !(cause instanceof ReaderGone || cause instanceof Refused);
  const told = { requestId: req.id, ...(isOurs ? { err: cause } : { reason: (cause as Error).message }) };
  if (isOurs) logger.error(told, 'a file broke off');
  else logger.info(told, 'a file broke off');
}
