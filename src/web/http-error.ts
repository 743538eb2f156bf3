import {
  Conflict,
  Forbidden,
  Gone,
  Malformed,
  NotFound,
  NotSignedIn,
  NotYet,
  type Refused,
  TooManyRequests,
} from '../verbs/refusals.ts';

/** What an answer says went wrong: a refusal with its status, or what only HTTP knows of. */
export class HttpError extends Error {
  readonly status: number;
  /** Where somebody came from who can go on there; a path of this server. */
  readonly backPath?: string;

  constructor(status: number, message: string, backPath?: string) {
    super(message);
    this.status = status;
    this.backPath = backPath;
  }
}

/** Roster is set up so that it cannot work, and whoever set it up is told by the page. */
export class WrongSetup extends HttpError {
  constructor(message: string) {
    super(503, message);
  }
}

/** A form that is older than the session it is sent with. Nothing was done; where somebody came from it is made anew. */
export class LateForm extends HttpError {
  constructor() {
    super(422, 'This page is older than your sign-in, so nothing was done. Open it again, look it over, and send it.');
  }
}

const STATUSES: [kind: abstract new (...parts: never[]) => Refused, status: number][] = [
  [Malformed, 400],
  [NotSignedIn, 401],
  [Forbidden, 403],
  [NotFound, 404],
  [Conflict, 409],
  [Gone, 410],
  [TooManyRequests, 429],
  [NotYet, 503],
];

/** The one place that gives a refusal its status. Who may not know of something is told that it is not there. */
export function statusOf(refusal: Refused): number {
  if (refusal instanceof Forbidden && refusal.hidden) return 404;
  return STATUSES.find(([kind]) => refusal instanceof kind)?.[1] ?? 500;
}

/** What is said of a form that came late. */
export const LATE = 'This page had been open for long, so nothing was done yet. Look it over, and send it again.';
