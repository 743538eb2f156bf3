import { isIP } from 'node:net';
import { browserName } from '../../text/browser-name.ts';

/** From where somebody came in last. */
export interface Origin {
  address: string;
  /** "Firefox on Linux". */
  device: string;
}

/** Before and after an address, so that what begins with something can be looked for, and what is just that. */
const MARK = '|';
/** Before each word of a device, so that what stands within an address or a word is none. */
const WORD = '\t';
/** Of IPv4 or IPv6. One part at least is whole: a digit alone would be in nearly all. */
const BEGINNING = /^(?:(?:\d{1,3}\.){1,3}\d{0,3}|(?=.*:)[0-9a-f:.]+)$/i;
/** A browser, a system, or both: two letters at least, for one alone would be in nearly all. */
const DEVICE = /^(?=.{2,60}$)\p{L}\S*(?: \S+)*$/u;

/** Most people come in with one of few browsers, and all are read when the program starts. */
const KEPT = 1_000;
const names = new Map<string, string>();

/** Out of what a query of the last sign-in finds: the address, and what the browser calls itself after it. */
export function originOf(found: string | null | undefined): Origin | null {
  if (!found) return null;
  const [address] = found.split(' ', 1);
  return { address, device: deviceOf(found.slice(address.length + 1)) };
}

/** Under which the origin of somebody's last sign-in is held; empty where there was none. */
export function originText(origin: Origin | null): string {
  return origin
    ? `${MARK}${origin.address.toLowerCase()}${MARK}${deviceText(origin.device.replaceAll(MARK, ' '))}`
    : '';
}

/** What is looked for among these for a filter of the list: an address, how it begins, or a device. Undefined for whatever else an address bar says. */
export function soughtOrigin(value: string): string | undefined {
  if (BEGINNING.test(value)) return `${MARK}${value.toLowerCase()}${isIP(value) ? MARK : ''}`;
  return DEVICE.test(value) ? deviceText(value) : undefined;
}

export function isSomeOrigin(value: string): boolean {
  return soughtOrigin(value) !== undefined;
}

/** As a filter is called. */
export function originInWords(value: string): string {
  return `Signed in from ${value}${BEGINNING.test(value) && !isIP(value) ? '…' : ''}`;
}

function deviceOf(agent: string): string {
  const known = names.get(agent);
  if (known !== undefined) return known;
  if (names.size === KEPT) names.clear();
  const name = browserName(agent);
  names.set(agent, name);
  return name;
}

function deviceText(device: string): string {
  return WORD + device.toLowerCase().split(/\s+/).join(WORD);
}
