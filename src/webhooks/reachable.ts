import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { isAllowedFrom } from '../text/networks.ts';

/** The addresses that a name stands for. */
export type Resolve = (host: string) => Promise<string[]>;

/** An address is one of those that are only reached from here, or that nobody has; it is sent nothing. */
export class Unreachable extends Error {}

/** What is not the open internet (IANA, special-purpose address registries), of the older kind. */
const SPECIAL = listOf('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
/** Of the newer kind only one part is in use, and of that not all: some of it leads to addresses of the older kind. */
const GLOBAL = listOf('ipv6', ['2000::/3']);
const SPECIAL_OF_GLOBAL = listOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

export const resolveByName: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** Whether anybody on the internet could be reached by it as well. */
export function isPublic(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !SPECIAL.check(address, 'ipv4');
  return version === 6 && GLOBAL.check(address, 'ipv6') && !SPECIAL_OF_GLOBAL.check(address, 'ipv6');
}

/** As `URL` has it, without the brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/**
 * The addresses to connect to, by their order. The name is looked up once, here: what it says a moment later leads nowhere (DNS rebinding). Throws Unreachable where one of the
 * addresses is neither public nor in one of the networks that are allowed, or where what is sent there could be read on the way.
 */
export async function reachableAddresses(url: URL, networks: readonly string[], resolve: Resolve): Promise<string[]> {
  const host = hostOf(url);
  const addresses = isIP(host) ? [host] : await resolve(host);
  const refused = addresses.find((address) => !isReachable(address, networks));
  if (refused !== undefined || addresses.length === 0)
    throw new Unreachable(
      `${host} stands for ${refused ?? 'no address'}, which is not to be reached: see WEBHOOK_NETWORKS.`,
    );
  if (addresses.some((address) => isReadOnTheWay(url, address))) throw new Unreachable(READ_ON_THE_WAY);
  return addresses;
}

export const READ_ON_THE_WAY = 'What is sent there could be read on the way: use https.';

/** Whether messages go in the clear where anybody may pass them on. */
export function isReadOnTheWay({ protocol }: URL, address: string): boolean {
  return protocol === 'http:' && isPublic(address);
}

export function isReachable(address: string, networks: readonly string[]): boolean {
  return isPublic(address) || (networks.length > 0 && isAllowedFrom(networks, address));
}

function listOf(type: 'ipv4' | 'ipv6', networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address, Number(bits), type);
  }
  return list;
}
