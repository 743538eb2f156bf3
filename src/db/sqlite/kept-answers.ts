import { hash } from 'node:crypto';

/** So much of what was read is kept, of as many rows and as many letters in them at the most: one row may hold the ids of thousands. */
const ANSWERS_KEPT = 300;
const ROWS_KEPT = 200;
const LETTERS_KEPT = 50_000;
/** Answers of more rows are kept only where they are asked for once more: of whoever leafs through a list each page is read once. */
const ROWS_KEPT_AT_ONCE = 10;
/** Longer values, which hold the ids of thousands, are known by their digest. */
const LONGEST_VALUES = 2_000;

/** Of what was read once, and is worth keeping only then. */
const ASKED = Symbol('asked');

/** By the statement, and by what it was given. */
type Answers = Map<string, Map<string, unknown[] | typeof ASKED>>;

/**
 * The rows that statements gave last. There are two halves: where the newer one is full, it becomes the older one, and what was in that is
 * forgotten. Whatever is asked again goes into the newer one, so who asks and what they may stays, however many pages of a list are shown.
 */
export class KeptAnswers {
  private newer: Answers = new Map();
  private older: Answers = new Map();
  private held = 0;

  /** Those that are kept, which are frozen, or what is read now. */
  get(sql: string, values: unknown[], read: () => unknown[]): unknown[] {
    const asked = keyOf(values);
    const known = this.newer.get(sql)?.get(asked);
    if (known && known !== ASKED) return known;
    const before = known ?? this.older.get(sql)?.get(asked);
    const rows = before && before !== ASKED ? before : read();
    if (!before && rows.length > ROWS_KEPT_AT_ONCE) this.keep(sql, asked, ASKED);
    else if (rows === before || isWorthKeeping(rows)) this.keep(sql, asked, frozen(rows));
    return rows;
  }

  forget(): void {
    this.newer = new Map();
    this.older = new Map();
    this.held = 0;
  }

  private keep(sql: string, asked: string, rows: unknown[] | typeof ASKED): void {
    if (this.held >= ANSWERS_KEPT / 2) {
      this.older = this.newer;
      this.newer = new Map();
      this.held = 0;
    }
    let answers = this.newer.get(sql);
    if (!answers) {
      answers = new Map();
      this.newer.set(sql, answers);
    }
    answers.set(asked, rows);
    this.held++;
  }
}

function frozen(rows: unknown[]): unknown[] {
  if (Object.isFrozen(rows)) return rows;
  for (const row of rows) Object.freeze(row);
  return Object.freeze(rows) as unknown[];
}

function keyOf(values: unknown[]): string {
  const said = JSON.stringify(values);
  return said.length <= LONGEST_VALUES ? said : hash('sha256', said, 'base64');
}

function isWorthKeeping(rows: unknown[]): boolean {
  if (rows.length > ROWS_KEPT) return false;
  let letters = 0;
  for (const row of rows)
    for (const value of Object.values(row as object)) if (typeof value === 'string') letters += value.length;
  return letters <= LETTERS_KEPT;
}
