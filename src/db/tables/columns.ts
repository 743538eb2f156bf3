/** What a column holds, and so what of JavaScript comes out of it. */
export interface Column<T> {
  readonly type: 'integer' | 'text' | 'boolean';
  readonly isNullable: boolean;
  /** Never there: it only carries the type. */
  readonly value?: T;
  /** What is a moment or a day is nobody's name. */
  readonly isMoment?: true;
}

export const text = <T extends string = string>(): Column<T> => ({ type: 'text', isNullable: false });
export const integer: Column<number> = { type: 'integer', isNullable: false };
/** As the database has it: 0 or 1 where it knows no booleans. */
export const flag: Column<number | boolean> = { type: 'boolean', isNullable: false };
/** As ISO 8601 in UTC. */
export const moment: Column<string> = { ...text(), isMoment: true };
/** As YYYY-MM-DD. */
export const day = moment;
/** An object or a list, written as JSON. */
export const json = text();

export function orNull<T>(column: Column<T>): Column<T | null> {
  return { ...column, isNullable: true };
}

export const activity = text<'active' | 'deactivated' | 'deleted'>();
export const deletedFrom = orNull(text<'active' | 'deactivated'>());
export const level = text<'read' | 'write'>();

/** What a counter of failed sign-ins holds. */
export const counter = {
  user_id: integer,
  attempts: integer,
  attempts_in_all: integer,
  step: integer,
  locked_until: orNull(moment),
};

export type Columns = Record<string, Record<string, Column<unknown>>>;
