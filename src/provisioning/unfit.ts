import { Malformed } from '../verbs/refusals.ts';

/** What of a request will not do, by the words of RFC 7644, section 3.12. */
export type Mistake = 'invalidFilter' | 'invalidPath' | 'invalidValue' | 'mutability' | 'noTarget' | 'tooMany';

/** What programs say that will not do. */
export class Unfit extends Malformed {
  readonly mistake: Mistake;

  constructor(mistake: Mistake, message: string) {
    super(message);
    this.mistake = mistake;
  }
}
