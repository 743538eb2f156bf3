/** Somebody as a pasted list tells of them; empty for what it does not say. */
export interface PastedPerson {
  /** The first line that tells of them, counted from 1. */
  line: number;
  name: string;
  email: string;
  /** What they are to sign in with, where a column says it. */
  login: string;
  groups: string[];
  tags: string[];
  /** As YYYY-MM-DD where it was a date, else as it was written; so the end. */
  startsAt: string;
  leavesAt: string;
}

/** What nothing could be made of. */
export interface PuzzlingLine {
  line: number;
  text: string;
  /** A sentence. */
  reason: string;
}

export interface PeopleRead {
  people: PastedPerson[];
  puzzling: PuzzlingLine[];
}

export function pastedPerson(line: number, told: Partial<PastedPerson>): PastedPerson {
  return { line, name: '', email: '', login: '', groups: [], tags: [], startsAt: '', leavesAt: '', ...told };
}
