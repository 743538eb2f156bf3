import { isIP } from 'node:net';
import type { Config } from '../config.ts';

/** For whom an authenticator makes a passkey, and where alone a browser offers it. */
export interface RelyingParty {
  /** A domain: a passkey is worth nothing on any other (WebAuthn, 5.1.3). */
  id: string;
  origin: string;
}

/** By BASE_URL. Undefined where no browser knows passkeys: over plain HTTP beside localhost, and at an address without a name. */
export function relyingPartyOf(config: Pick<Config, 'baseUrl' | 'baseUrlGiven' | 'port'>): RelyingParty | undefined {
  const { hostname, protocol, origin } = new URL(config.baseUrl);
  // What only this machine reaches has a name there.
  if (!config.baseUrlGiven && hostname === '127.0.0.1')
    return { id: 'localhost', origin: `http://localhost:${config.port}` };
  if (isIP(hostname.replace(/[[\]]/g, '')) !== 0) return undefined;
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  return protocol === 'https:' || isLocal ? { id: hostname, origin } : undefined;
}
