import type { Request } from 'express';

/** What the next page says once. */
export interface Flash {
  message: string;
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

declare module 'express-session' {
  interface SessionData {
    flash?: Flash;
    passwordSetAt?: string | null;
    /** The link that a token opened, until its form is sent. */
    link?: { purpose: 'invitation' | 'password-reset'; id: number };
    setup?: boolean;
  }
}

export function flash(req: Request, message: string, more: Omit<Flash, 'message'> = {}): void {
  req.session.flash = { message, ...more };
}

export function takeFlash(req: Request): Flash | undefined {
  const { flash } = req.session;
  if (!flash || (flash.path !== undefined && flash.path !== req.path)) return undefined;
  delete req.session.flash;
  return flash;
}
