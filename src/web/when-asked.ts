import type { RequestHandler } from 'express';
import { breathe } from '../process/giving-way.ts';

/** A part of the program that most houses never ask for, loaded with the first request for it: its schemas take as much room as those of all pages. */
export function whenAsked(load: () => Promise<RequestHandler>): RequestHandler {
  let loading: Promise<RequestHandler> | undefined;
  return async (req, res, next) => {
    loading ??= load();
    const handle = await loading.catch((error) => {
      loading = undefined;
      throw error;
    });
    await breathe();
    await handle(req, res, next);
  };
}
