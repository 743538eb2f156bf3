import { createHmac, generateKeyPairSync } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { CHALLENGE_LIFE } from './challenge-store.ts';
import type { Passkey } from './passkey.ts';
import type { RelyingParty } from './relying-party.ts';

/** Far above what any device sends. */
const LONGEST_ANSWER = 16_000;

/** What a device signed. */
export interface Answer {
  passkey: Passkey;
  /** Whether the device knew who held it: by a finger, a face or a PIN. */
  isHolderKnown: boolean;
  counter: number;
  /** Whose it is, as the device keeps it; undefined where it does not say. */
  userHandle: string | undefined;
}

/** A passkey that a device made. */
export type MadePasskey = Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'transports'>;

/** By which a device keeps apart whose passkeys it has: it tells nothing of them, and nobody makes it from the database alone. */
export function userHandle(pepper: string, userId: number): string {
  return createHmac('sha256', pepper).update(`holder of passkeys: ${userId}`).digest('base64url');
}

/** What a browser is asked that is to make a passkey. One that finds its user by itself, and the user by finger, face or PIN. */
export async function creationOptions(
  { id, name }: RelyingParty & { name: string },
  user: { name: string; handle: string; passkeys: Passkey[] },
  challenge: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: name,
    rpID: id,
    userName: user.name,
    userDisplayName: user.name,
    userID: bytesOf(user.handle),
    challenge: bytesOf(challenge),
    timeout: CHALLENGE_LIFE,
    excludeCredentials: user.passkeys.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** What a browser is asked that is to show one: any of this place, or one of these. */
export async function requestOptions(
  { id }: RelyingParty,
  challenge: string,
  passkeys: Passkey[] = [],
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({
    rpID: id,
    challenge: bytesOf(challenge),
    timeout: CHALLENGE_LIFE,
    userVerification: passkeys.length > 0 ? 'preferred' : 'required',
    allowCredentials: passkeys.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
  });
}

/** The passkey that a device made when it was asked by this challenge; undefined where that is not what was sent. */
export async function readMade(
  { id, origin }: RelyingParty,
  challenge: string,
  text: string,
): Promise<MadePasskey | undefined> {
  const { verifyRegistrationResponse } = await library();
  const read = await quietly(() =>
    verifyRegistrationResponse({
      response: parsed(text) as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
    }),
  );
  if (!read?.verified) return undefined;
  const { credential } = read.registrationInfo;
  const transports = (credential.transports ?? []).filter((one) => typeof one === 'string' && one.length < 40);
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: transports.slice(0, 10),
  };
}

/** By which a device knows the passkey that this answer is of; whether it is true is still to be seen. */
export function credentialIdIn(text: string): string {
  const id = (parsed(text) as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id.slice(0, 2_000) : '';
}

/**
 * What a device signed with this passkey when it was asked by this challenge; undefined where it did not. The counter is still to be
 * judged. As much is computed for a passkey that nobody has (R25).
 */
export async function readShown(
  { id, origin }: RelyingParty,
  challenge: string,
  text: string,
  passkey: Passkey | undefined,
): Promise<Answer | undefined> {
  const { verifyAuthenticationResponse } = await library();
  const response = parsed(text) as AuthenticationResponseJSON;
  const read = await quietly(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      // Whether it has to be is for whoever asked to say, and the counter for the transaction that keeps it.
      requireUserVerification: false,
      credential: {
        id: passkey?.credentialId ?? '',
        publicKey: new Uint8Array(Buffer.from(passkey?.publicKey ?? NOBODYS, 'base64url')),
        counter: -1,
      },
    }),
  );
  if (!passkey || passkey.relyingParty !== id || !read?.verified) return undefined;
  const { newCounter, userVerified } = read.authenticationInfo;
  const { userHandle } = response.response;
  return { passkey, counter: newCounter, isHolderKnown: userVerified, userHandle: userHandle || undefined };
}

/** The public half of a key whose other half is gone, as COSE. */
const NOBODYS = (() => {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const head = Buffer.from('a50102032620012158', 'hex');
  const coordinate = (text?: string) => Buffer.from(text ?? '', 'base64url');
  return Buffer.concat([head, Buffer.from([32]), coordinate(x), Buffer.from('225820', 'hex'), coordinate(y)]).toString(
    'base64url',
  );
})();

/** Loaded when the first passkey is made or shown: it takes a moment, and most requests never need it. */
function library() {
  return import('@simplewebauthn/server');
}

/** The library throws at whatever a stranger sends that is no answer of a device. */
async function quietly<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  if (text.length > LONGEST_ANSWER) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
