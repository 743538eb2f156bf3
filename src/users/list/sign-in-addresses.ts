import { isIP } from 'node:net';

/** Before and after each of them, so that what begins with something can be looked for, and what is just that. */
const MARK = '|';
/** Of IPv4 or IPv6. One part at least is whole: a digit alone would be in nearly all. */
const BEGINNING = /^(?:(?:\d{1,3}\.){1,3}\d{0,3}|(?=.*:)[0-9a-f:.]+)$/i;

/** Under which the address of somebody's last sign-in is held; empty where there was none. */
export function addressText(address: string | null): string {
  return address ? `${MARK}${address.toLowerCase()}${MARK}` : '';
}

/** What is looked for among these for a filter of the list: an address, or how it begins. Undefined for whatever else an address bar says. */
export function soughtAddress(value: string): string | undefined {
  if (!isSomeAddress(value)) return undefined;
  return `${MARK}${value.toLowerCase()}${isIP(value) ? MARK : ''}`;
}

export function isSomeAddress(value: string): boolean {
  return BEGINNING.test(value);
}

/** As a filter is called. */
export function addressInWords(value: string): string {
  return `Signed in from ${value}${isIP(value) ? '' : '…'}`;
}
