/** Why an action is refused. `forbidden`: this viewer may not. `inapplicable`: there is nothing to do. */
export interface Refusal {
  kind: 'forbidden' | 'inapplicable';
  /** A clause that follows the user's name: "bob is yourself", "bob has no password yet". */
  reason: string;
}

export const forbidden = (reason: string): Refusal => ({ kind: 'forbidden', reason });
export const inapplicable = (reason: string): Refusal => ({ kind: 'inapplicable', reason });

export const NOT_YOURS = 'has rights that you do not hold';
