/** How much is tried; what is not given is up to each fault. */
export interface Effort {
  rounds?: number;
  seconds?: number;
}

/** One thing that was measured, beside what it has to be. */
export interface Figure {
  what: string;
  measured: string;
  /** Empty for what only informs. */
  required: string;
  isMet: boolean;
}

/** Something that is broken or overdone on purpose. */
export interface Fault {
  /** As the plan of faults numbers it. */
  name: string;
  title: string;
  run(effort: Effort): Promise<Figure[]>;
}

export function met(what: string, measured: string, required: string, isMet: boolean): Figure {
  return { what, measured, required, isMet };
}

export function told(what: string, measured: string): Figure {
  return { what, measured, required: '', isMet: true };
}

/** What a fault needs is not here, so nothing was measured: never to be read as if it had been met. */
export class CannotRun extends Error {}
