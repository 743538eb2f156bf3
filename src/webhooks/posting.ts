import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIP, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import { hostOf, type Resolve, reachableAddresses, Unreachable } from './reachable.ts';

/** What was answered. Whatever is no answer is told in words, without a status. */
export interface Posted {
  status: number | null;
  answer: string;
}

export interface Post {
  address: string;
  headers: Record<string, string>;
  body: string;
  /** Networks beside the open internet in which it may be. */
  networks: readonly string[];
  resolve: Resolve;
  signal: AbortSignal;
  /** In milliseconds, for all of it. */
  patience: number;
}

/** In bytes: no more of an answer is read. */
const READ_OF_ANSWER = 2_000;
const KEPT_OF_ANSWER = 300;

const TROUBLES: Record<string, string> = {
  ENOTFOUND: 'The host is not found.',
  EAI_AGAIN: 'The host cannot be looked up just now.',
  ECONNREFUSED: 'Nothing answers at this address.',
  ECONNRESET: 'The connection broke off.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The host cannot be reached.',
  EPROTO: 'No TLS is spoken there.',
};

/** In milliseconds: of several addresses the next is tried where one has not answered by then. */
const NEXT_ADDRESS_AFTER = 1_000;

/**
 * Sends one message and reads as much of the answer as is kept. With the status it has arrived, whatever becomes of the rest. It follows no
 * redirect, and never throws.
 */
export async function post(message: Post): Promise<Posted> {
  const patience = AbortSignal.timeout(message.patience);
  const signal = AbortSignal.any([patience, message.signal]);
  const given = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  try {
    const answer = await Promise.race([attempt(message, signal), given]);
    return { status: answer.statusCode ?? null, answer: await read(answer) };
  } catch (error) {
    if (patience.aborted) return { status: null, answer: `No answer within ${message.patience / 1_000} seconds.` };
    return { status: null, answer: troubleOf(error) };
  }
}

async function attempt(
  { address, headers, body, networks, resolve }: Post,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(address);
  const host = hostOf(url);
  const isSecure = url.protocol === 'https:';
  const addresses = await reachableAddresses(url, networks, resolve);
  // Only whoever has webhooks needs it.
  const { request } = isSecure ? await import('node:https') : await import('node:http');
  const options: RequestOptions &
    Partial<Pick<TcpNetConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'>> = {
    method: 'POST',
    host,
    // The very addresses that were looked at; the name is told to the server, and its certificate is held against it.
    lookup: standingFor(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER,
    port: url.port || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    servername: isIP(host) ? undefined : host,
    headers: { ...headers, Host: url.host, 'Content-Length': String(Buffer.byteLength(body)) },
    agent: false,
    signal,
  };
  return new Promise((answered, failed) => {
    const sent: ClientRequest = request(options, answered);
    sent.on('error', failed);
    sent.end(body);
  });
}

function standingFor(addresses: string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, _options, done) => done(null, all);
}

async function read(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= READ_OF_ANSWER) break;
    }
  } catch {
    // It broke off, or came to no end.
  }
  answer.destroy();
  return kept(Buffer.concat(pieces).subarray(0, READ_OF_ANSWER).toString('utf8'));
}

function troubleOf(error: unknown): string {
  if (error instanceof Unreachable) return error.message;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code.startsWith('HPE_')) return 'What answers there does not speak HTTP as it should.';
  return kept(TROUBLES[code] ?? message);
}

/** Without what forges lines of a log. */
function kept(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, KEPT_OF_ANSWER);
}
