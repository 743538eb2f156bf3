import { readFileSync } from 'node:fs';
import { RosterClient } from '../../api-client/roster-client.ts';
import { ConfigError, type Environment, remoteSettings } from '../../config.ts';
import { whyUnread } from '../../unread-file.ts';

export interface Place {
  /** Of the server, as one opens it in a browser. */
  addresses?: string[];
  tokenFile?: string;
}

/** The token comes from a file or the environment: what stands in a command, other users of the machine can read. */
export function connect({ addresses = [], tokenFile }: Place, environment?: Environment): RosterClient {
  const told = remoteSettings(environment);
  const [address = told.address, ...others] = addresses;
  if (!address || others.length > 0) throw new ConfigError(['say which server: --address https://roster.example.com']);
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new ConfigError([`--address ${address} is no address of a server, such as https://roster.example.com`]);
  const token = (tokenFile === undefined ? told.token : readToken(tokenFile))?.trim();
  if (!token) throw new ConfigError(['give a token: in the file of --token-file, or in ROSTER_TOKEN']);
  if (!/^[\w.~+/-]+=*$/.test(token)) throw new ConfigError(['what was given as a token is none']);
  return new RosterClient({ address, token });
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`--token-file cannot be read: ${file} (${whyUnread(error)})`]);
  }
}
