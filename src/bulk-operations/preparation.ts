import type { Application } from '../access/rights.ts';
import type { Judge } from '../verbs/action.ts';

/** Something that has to be gone through before it can become an operation, in between the operations. */
export interface Preparation {
  createdBy: number | null;
  /** Who may write there may go on with it. */
  application: Application;
  /** Goes on until that moment, about. */
  goOn(by: Judge, until: number): Promise<void>;
  /** It cannot be gone through, and why. */
  giveUp(why: string): Promise<void>;
}
