/**
 * Whom a view means that something is done to, as it stands behind the question mark; undefined where it says nothing of whom. What was left empty
 * by mistake would mean everybody, so they are meant only by the bare address of the list.
 */
export function whomSaid(said: string, list: string): string | undefined {
  const path = `/${list}`;
  if (said === path) return '';
  const search = said.startsWith(`${path}?`) ? said.slice(path.length + 1) : said;
  return saysWhom(search) ? search : undefined;
}

export function saysWhom(search: string): boolean {
  return [...new URLSearchParams(search)].some(([name, value]) => name !== 'sort' && value.trim() !== '');
}

/** What is wrong with such a view. */
export function whomNotSaid(list: string): string {
  return `says nothing of whom: for all that the list shows, write /${list}`;
}
