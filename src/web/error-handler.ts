import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import {
  DatabaseBusy,
  DatabaseGone,
  diskTrouble,
  isBusy,
  isOfRead,
  isUnreachable,
  OutcomeUnknown,
  takesNoChanges,
} from '../db/database.ts';
import { Forbidden, NotFound, NotSignedIn, NotYet, Refused, TooManyRequests } from '../verbs/refusals.ts';
import { featuresOf } from './feature.ts';
import { flash } from './flash.ts';
import { markIn } from './form-marks.ts';
import { HttpError, LATE, LateForm, statusOf, WrongSetup } from './http-error.ts';
import { isAskedByForm, type KeptForm, keptForm, WITHOUT } from './kept-form.ts';
import { sentAgain } from './late-form.ts';
import { asTickedLast } from './reader/list-ticks.ts';
import { formPage, isHtmx, pageOf, render, targetOf } from './render.ts';

const SESSION_ENDED =
  'Your session has ended. What you typed is still here: save it, and you will be asked to sign in first.';

const OLDER_THAN_SIGN_IN =
  'This page is older than your sign-in, so nothing was done. What you typed is still here: save it once more, and it is shown as it is.';

const TITLES: Record<number, string> = {
  400: 'That request made no sense',
  401: 'Your session has ended',
  403: 'You may not do this',
  404: 'Not found',
  409: 'This no longer fits',
  410: 'This link can no longer be used',
  413: 'That is too much at once',
  421: 'Wrong address',
  422: 'This cannot be done',
  429: 'Please wait a moment',
  503: 'Not now',
};

/** What somebody can do who stands before it. */
const ADVICE: Record<number, string> = {
  403: 'Nothing was changed. If you need this, ask somebody who may do it.',
  404: 'It may have been deleted, or the address may be mistyped.',
  409: 'Nothing was changed. Somebody may have done it already: open the record to see how it stands.',
  413: 'Nothing was changed. Do it in smaller parts.',
  422: 'Nothing was changed.',
  429: 'Nothing was changed. Wait a little, then send it again.',
  500: 'Try again. If it happens once more, tell your administrator the number above: with it the mistake is found in the log.',
  503: 'Go back and send it again in a few seconds; your browser still has what you typed.',
};

const SEND_AGAIN = 'What you sent is kept in this page: send it again in a few seconds.';
const LOOK_AGAIN = 'Open it again in a few seconds.';
const SEE_FIRST = 'In a few seconds you can see whether it was done; your browser still has what you typed.';

/** Nothing was done, and the same can be done in a moment. */
class NotDone extends HttpError {
  constructor(message: string) {
    super(503, message);
  }
}

/** The database was lost sight of. */
class MayBeDone extends HttpError {
  constructor(message: string) {
    super(503, message);
  }
}

const TOO_OLD =
  'This form is too old, or came from somewhere else. Nothing was changed: go back, reload the page and try again.';

const NO_DISK = {
  full: 'The disk of this Roster is full. Nothing was changed; tell whoever runs it.',
  failing: 'The disk of this Roster does not answer. Nothing was changed; tell whoever runs it.',
};

/** What a page wanted that is not shown now. */
const OF_THE_PAGE = ['Location', 'HX-Redirect', 'HX-Location', 'HX-Refresh', 'HX-Trigger'];

/** What the features do where a request is refused. */
export interface ErrorParts {
  logger: Logger;
  recordRefusal(req: Request, reason: string): Promise<void>;
  /** Shows the sign-in page, which carries along what was typed. */
  showSignIn(req: Request, res: Response, kept: KeptForm): Promise<void>;
}

/** Gives every error its status and page. What is no refusal is a bug: logged once, its words never shown. */
export function errorHandler(parts: ErrorParts): ErrorRequestHandler {
  return async (error, req, res, _next) => {
    if (res.headersSent) {
      // Express' own handler would print it as it is.
      parts.logger.error({ err: error, requestId: req.id }, 'an answer broke off');
      req.socket.destroy();
      return;
    }
    for (const name of OF_THE_PAGE) res.removeHeader(name);
    res.set('Cache-Control', 'no-store');
    if (error instanceof LateForm && req.viewer) return showFormAgain(parts, error, req, res);
    if (error instanceof NotSignedIn || isLateForm(error, req)) return askToSignIn(parts, req, res);
    const cause = isBadToken(error) ? new Forbidden(TOO_OLD) : error;
    const refusal = meaningOf(cause);
    if (cause instanceof Forbidden && isArriving(req)) return res.redirect(303, '/');
    // The request log writes it down, once, with the request's id.
    if (refusal.status >= 500 && !(refusal instanceof WrongSetup || cause instanceof NotYet))
      Object.assign(res, { err: error });
    if (cause instanceof Forbidden && req.viewer) await parts.recordRefusal(req, refusal.message);
    if (error instanceof TooManyRequests) res.set('Retry-After', String(error.retryAfterSeconds));
    if (refusal.status === 503) res.set('Retry-After', '5');
    // The page comes by itself when it can be shown.
    if (cause instanceof NotYet && req.method === 'GET' && !isHtmx(req)) res.set('Refresh', '3');
    answer(refusal, req, res);
  };
}

/** The form as it was left, for whoever left it and has signed in anew since; anybody else is asked who they are. */
function showFormAgain({ showSignIn }: ErrorParts, error: LateForm, req: Request, res: Response): void | Promise<void> {
  const kept = keptForm(req);
  if (!kept) return answer(error, req, res);
  if (isHtmx(req)) return answer(new HttpError(401, OLDER_THAN_SIGN_IN), req, res);
  if (!isOwn(req)) return showSignIn(req, res, kept);
  req.session.kept = kept;
  flash(req, [LATE, kept.without && WITHOUT[kept.without]].filter(Boolean).join(' '), {
    isNothing: true,
    isLeft: true,
  });
  res.redirect(303, kept.path);
}

/** What was typed is carried along. A form that htmx sent stays where it is, and is sent once more as a page by the script of dialogs. */
async function askToSignIn({ showSignIn }: ErrorParts, req: Request, res: Response): Promise<void> {
  const kept = keptForm(req);
  if (kept && !isHtmx(req)) return showSignIn(req, res, kept);
  if (isHtmx(req) && (kept || isAskedByForm(req))) return answer(new HttpError(401, SESSION_ENDED), req, res);
  if (isHtmx(req)) res.status(401).set('HX-Redirect', signInPath(req)).end();
  else res.redirect(303, signInPath(req));
}

/** Whether the form says that it is of whoever is signed in. */
function isOwn(req: Request): boolean {
  return req.viewer !== undefined && markIn(req.body) === req.markOf(req.viewer.id);
}

/** The page of a form of somebody who is, or was, signed in. */
function pageOfForm(req: Request): string | undefined {
  return markIn(req.body) ? formPage(req) : undefined;
}

/** In words: as a page, or in the message area of the page that htmx asked from. */
function answer(refusal: HttpError, req: Request, res: Response): void {
  if (isHtmx(req)) res.set('HX-Retarget', '#messages').set('HX-Reswap', 'innerHTML').set('HX-Push-Url', 'false');
  const again = isToBeSentAgain(refusal, req) ? sentAgain(req) : undefined;
  const page = {
    title: titleOf(refusal),
    message: refusal.message,
    advice: again && refusal instanceof NotDone ? SEND_AGAIN : adviceOn(refusal, req),
    again,
    ...wayBack(refusal, req),
    requestId: req.id,
  };
  render(req, res, 'error', page, {
    status: refusal.status,
    fragments: isHtmx(req) ? { [targetOf(req) ?? '']: '_error' } : undefined,
  });
}

/** Whether the very same may be sent once more from the page that refuses it, which a browser without JavaScript shows in place of the form. */
function isToBeSentAgain(refusal: HttpError, req: Request): boolean {
  return (refusal instanceof LateForm || refusal instanceof NotDone) && req.method !== 'GET' && isOwn(req);
}

/** The form, the list or the record from which one came. */
function wayBack(refusal: HttpError, req: Request): { backPath?: string; backLabel?: string } {
  if (refusal instanceof LateForm) return { backPath: pageOfForm(req) ?? pageOf(req), backLabel: 'Open it again' };
  if (refusal.backPath) return { backPath: refusal.backPath, backLabel: 'Back to the list' };
  // It says itself whether there is such a record, and whether it may be seen.
  const [record] = /^\/(?:users|groups|contacts)\/[1-9]\d*(?=\/|$)/.exec(req.path) ?? [];
  const isOpen = record === req.path && req.method === 'GET';
  return record && !isOpen && [403, 409].includes(refusal.status)
    ? { backPath: record, backLabel: 'Open the record' }
    : {};
}

function titleOf(refusal: HttpError): string {
  if (refusal instanceof WrongSetup) return 'Roster is not set up for this';
  if (refusal instanceof LateForm) return 'Not done yet';
  return TITLES[refusal.status] ?? 'Something went wrong';
}

function adviceOn(refusal: HttpError, req: Request): string | undefined {
  if (refusal instanceof WrongSetup) return 'Whoever runs it has to change that.';
  // Nothing was typed.
  if (refusal.status === 503 && req.method === 'GET') return LOOK_AGAIN;
  if (refusal instanceof MayBeDone) return SEE_FIRST;
  return refusal instanceof LateForm ? undefined : ADVICE[refusal.status];
}

/** A form that outlived its session: whoever sent it is asked to sign in again, not told about tokens. */
function isLateForm(error: unknown, req: Request): boolean {
  if (error instanceof LateForm) return true;
  return isBadToken(error) && !req.viewer && !isPublic(req);
}

/** As csurf says it. */
function isBadToken(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'EBADCSRFTOKEN';
}

function isPublic(req: Request): boolean {
  return featuresOf(req).some((feature) => feature.publicForms?.test(req.path));
}

/** What an error says to whoever asked: a refusal, or what only the program knows of. */
export function meaningOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof Refused) return new HttpError(statusOf(error), error.message);
  if (error instanceof DatabaseBusy)
    return new NotDone('The database is busy. Nothing was changed; try again in a moment.');
  if (error instanceof DatabaseGone)
    return new HttpError(503, 'The data of this Roster was taken away while it ran: what you sent may be lost.');
  if (error instanceof OutcomeUnknown)
    return new MayBeDone(
      'The database went away while it kept this: it may have been done. Look before you try again.',
    );
  // What came before the read may be kept.
  if (isUnreachable(error) && isOfRead(error)) return new MayBeDone('The database cannot be reached.');
  if (isBusy(error)) return new MayBeDone('The database is busy.');
  if (takesNoChanges(error))
    return new NotDone('The database takes no changes just now. Nothing was changed; tell whoever runs it.');
  if (isUnreachable(error))
    return new NotDone('The database cannot be reached. Nothing was changed; try again in a moment.');
  const trouble = diskTrouble(error);
  if (trouble) return new NotDone(NO_DISK[trouble]);
  const { status } = (error ?? {}) as { status?: unknown };
  // Express and its body parser say what is wrong with a malformed request by a status.
  if (status === 404) return new HttpError(404, new NotFound().message);
  if (status === 413) return new HttpError(413, 'The request is larger than this form can be.');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpError(400, 'The request is malformed.');
  return new HttpError(500, 'The mistake is ours, and it was written down. Nothing was changed.');
}

/** Whoever signed in just now may be somebody else than whom the page was for: they begin where they begin. */
function isArriving(req: Request): boolean {
  if (req.method !== 'GET' || req.session.arriving !== req.originalUrl) return false;
  delete req.session.arriving;
  return true;
}

/** Back to where they were; after something that they sent, with a word that it was not done. */
function signInPath(req: Request): string {
  const isRead = req.method === 'GET';
  const from = isRead && !isHtmx(req) ? req.originalUrl : (pageOfForm(req) ?? pageOf(req) ?? '');
  const wanted = isRead ? from : asTickedLast(from, req.body);
  if (!wanted || wanted === '/') return '/session/new';
  return `/session/new?next=${encodeURIComponent(wanted)}${isRead || isHtmx(req) ? '' : '&undone=1'}`;
}
