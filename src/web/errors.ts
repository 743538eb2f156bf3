/** A refusal or failure with its meaning; the error handler gives each its status and page. Everything else that is thrown is a bug. */
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

export class BadRequest extends HttpError {
  constructor(message: string) {
    super(400, message);
  }
}

export class NotSignedIn extends HttpError {
  constructor() {
    super(401, 'Sign in first.');
  }
}

/** The viewer may not. `hidden` answers 404: they may not even know that it is there. Audited either way. */
export class Forbidden extends HttpError {
  constructor(message: string, hidden = false) {
    super(hidden ? 404 : 403, message);
  }
}

export class NotFound extends HttpError {
  constructor(message = 'There is nothing at this address.') {
    super(404, message);
  }
}

/** A form that is older than the session it is sent with. Nothing was done; where somebody came from it is made anew. */
export class LateForm extends HttpError {
  constructor() {
    super(422, 'This page is older than your sign-in, so nothing was done. Open it again, look it over, and send it.');
  }
}

/** The change does not fit what is there now. */
export class Conflict extends HttpError {
  constructor(message: string) {
    super(409, message);
  }
}

/** A link that was used, replaced, withdrawn or is past its end. */
export class Gone extends HttpError {
  constructor(message: string) {
    super(410, message);
  }
}

export class TooManyRequests extends HttpError {
  readonly retryAfterSeconds: number;

  constructor(
    retryAfterSeconds: number,
    message = 'Too many people are signing in at this moment. Try again shortly.',
  ) {
    super(429, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
