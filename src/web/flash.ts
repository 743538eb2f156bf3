import type { Request } from 'express';
import { MINUTE } from '../clock.ts';

/** What the next page says once. */
export interface Flash {
  message: string;
  /** It tells that nothing was done, which is no success. */
  isNothing?: true;
  /** A form of this page was changed, and is not sent yet. */
  isLeft?: true;
  /** The one page that may say it: links are shown nowhere else, so no other request can lose them. */
  path?: string;
  /** A user whose link of this purpose the next page may show; the token itself is never kept. */
  showLink?: { purpose: 'invitation' | 'password-reset'; userId: number };
  /** A bulk operation whose new invitation links the next page may show. */
  showLinksOf?: number;
  /** Users whose new invitation links the next page may show. */
  showInvitationsOf?: number[];
  /** New links in the place of such that ended, which the next page may show. */
  showRenewed?: { purpose: 'invitation' | 'password-reset'; userId: number }[];
  /** The operation that it tells of, which can be taken back. */
  undo?: number;
  /** Offers a new invitation to this user. */
  offerInvitation?: number;
}

/** What somebody did last, as long as it is at hand to be taken back. */
export interface LastDone {
  operation: number;
  /** Where it is taken back by those who may not read what operations are about; left out, where all of them are. */
  path?: string;
  said: string;
  /** When, in milliseconds. */
  at: number;
}

/** So long it is offered on whatever page one goes to; afterwards its report still does. */
const AT_HAND = 10 * MINUTE;

declare module 'express-session' {
  interface SessionData {
    flash?: Flash;
    lastDone?: LastDone;
    passwordSetAt?: string | null;
    /** The link that a token opened, until its form is sent. */
    link?: { purpose: 'invitation' | 'password-reset'; id: number };
    setup?: boolean;
  }
}

export function flash(req: Request, message: string, more: Omit<Flash, 'message'> = {}): void {
  req.session.flash = { message, ...more };
  if (more.undo !== undefined) keepAtHand(req, { operation: more.undo, said: message });
}

/** Has every page offer for a while to take this operation back. */
export function keepAtHand(req: Request, done: Omit<LastDone, 'at'>): void {
  req.session.lastDone = { ...done, at: req.app.locals.clock() };
}

/** It was taken back meanwhile. */
export function letGoOf(req: Request, operation: number): void {
  if (req.session.lastDone?.operation === operation) delete req.session.lastDone;
}

export function lastDoneOf(req: Request): LastDone | undefined {
  const done = req.session?.lastDone;
  return done && req.app.locals.clock() - done.at < AT_HAND ? done : undefined;
}

export function takeFlash(req: Request): Flash | undefined {
  const { flash } = req.session;
  if (!flash || (flash.path !== undefined && flash.path !== req.path)) return undefined;
  delete req.session.flash;
  return flash;
}
