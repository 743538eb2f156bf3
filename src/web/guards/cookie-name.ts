import type { Config } from '../../config.ts';

/** The usual port, and the one of TLS, whose cookies have a prefix of their own. */
const UNNAMED = ['3000', '443'];

/**
 * The name of a cookie of this Roster. Browsers do not keep cookies of different ports of one host apart: without the port in the name
 * two Rosters there would sign each other's people out.
 */
export function cookieName(config: Pick<Config, 'baseUrl' | 'secure'>, name: string): string {
  const { port, protocol } = new URL(config.baseUrl);
  const reachedAt = port || (protocol === 'https:' ? '443' : '80');
  const suffix = UNNAMED.includes(reachedAt) ? '' : `-${reachedAt}`;
  return `${config.secure ? '__Host-' : ''}${name}${suffix}`;
}
