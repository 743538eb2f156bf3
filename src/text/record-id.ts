/** As the ids of records are written everywhere, and never longer than a number holds. */
export const RECORD_ID = /^[1-9]\d{0,14}$/;

/** Whether a text can be the id of a record. */
export function isId(text: string): boolean {
  return RECORD_ID.test(text);
}

/** The id that an address, a form or a command says; undefined where it says none, or several. */
export function idIn(text: unknown): number | undefined {
  return typeof text === 'string' && isId(text) ? Number(text) : undefined;
}

/** Those of these texts that are ids, each once. */
export function idsIn(texts: string[]): number[] {
  return [...new Set(texts.filter(isId).map(Number))];
}
