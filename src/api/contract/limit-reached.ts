import { TooManyRequests } from '../../verbs/refusals.ts';

/** A token was used as often as it may be within its minute; what is said of that besides. */
export class LimitReached extends TooManyRequests {
  readonly headers: Record<string, string>;

  constructor(headers: Record<string, string>, retryAfterSeconds: number, message: string) {
    super(retryAfterSeconds, message);
    this.headers = headers;
  }
}
