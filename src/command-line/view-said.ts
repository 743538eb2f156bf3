import { ConfigError } from '../config.ts';
import { saysWhom, whomNotSaid } from '../lists/whom-said.ts';

/** What the address of a list says of how it is shown, and not of what it shows. */
const ONLY_SHOWN = ['per', 'after', 'before', 'column', 'rights'];

/**
 * What `--view` means of this list: what stands in its address behind the question mark, as such, or with whatever stands before it in a browser.
 * The view of another list would mean others, or everybody. Throws ConfigError.
 */
export function viewSaid(said: string, list: string): string {
  const { path, search } = inParts(said.trim());
  if (path !== undefined && path !== `/${list}`)
    throw new ConfigError([`--view: this takes a view of /${list}, not of ${path}`]);
  const view = new URLSearchParams(search);
  if (!ONLY_SHOWN.some((name) => view.has(name))) return search;
  for (const name of ONLY_SHOWN) view.delete(name);
  return view.toString();
}

/**
 * The same of whom something is done to. A variable of a script that is empty would mean everybody, so they are meant only by the bare address
 * of the list. Throws ConfigError.
 */
export function viewActedOn(said: string, list: string): string {
  const view = viewSaid(said, list);
  const isAll = view === '' && said.trim() !== '' && inParts(said.trim()).path !== undefined;
  if (saysWhom(view) || isAll) return view;
  throw new ConfigError([`the view ${whomNotSaid(list)}`]);
}

function inParts(said: string): { path?: string; search: string } {
  const isWhole = /^https?:\/\//i.test(said);
  const [path, search] = [said.split('?', 1)[0], said.slice(said.indexOf('?') + 1)];
  // A search may hold a question mark; a filter stands before it then.
  if (!isWhole && (path.includes('=') || !/^[/?]|^[a-z-]+\?/.test(said))) return { search: said };
  if (path === '') return { search };
  if (isWhole && !URL.canParse(said)) throw new ConfigError([`--view: ${said} is no address`]);
  const at = new URL(said, 'http://roster.invalid');
  return { path: at.pathname.replace(/(?<=.)\/$/, ''), search: at.search.slice(1) };
}
