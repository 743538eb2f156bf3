/**
 * Why the whole of what was asked is not done. Each class is one meaning; whoever asked over HTTP, by mail or at the command line is
 * told in their own way. Everything else that is thrown is a bug.
 */
export class Refused extends Error {}

/** What was asked makes no sense: no form and no program of ours asks so. */
export class Malformed extends Refused {}

export class NotSignedIn extends Refused {
  constructor() {
    super('Sign in first.');
  }
}

/** The viewer may not. Of what is `hidden` they may not even know that it is there. Audited either way. */
export class Forbidden extends Refused {
  readonly hidden: boolean;

  constructor(message: string, hidden = false) {
    super(message);
    this.hidden = hidden;
  }
}

export class NotFound extends Refused {
  constructor(message = 'There is nothing at this address.') {
    super(message);
  }
}

/** The change does not fit what is there now. */
export class Conflict extends Refused {}

/** A link that was used, replaced, withdrawn or is past its end. */
export class Gone extends Refused {}

/** What this needs is still being read, and takes longer than somebody waits. */
export class NotYet extends Refused {
  constructor() {
    super('Roster is still reading: it has only just started, much has just changed, or its database is slow.');
  }
}

export class TooManyRequests extends Refused {
  readonly retryAfterSeconds: number;

  constructor(
    retryAfterSeconds: number,
    message = 'Too many people are signing in at this moment. Try again shortly.',
  ) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
