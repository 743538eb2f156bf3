import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Person } from '../../seeds/cast.ts';
import { userHandle } from '../../src/passkeys/ceremony.ts';
import { insertPasskey } from '../../src/passkeys/passkey-store.ts';
import { type RelyingParty, relyingPartyOf } from '../../src/passkeys/relying-party.ts';
import type { TestApp } from './app.ts';
import { pageOf } from './page.ts';
import type { Session } from './session.ts';

/** What may be wrong with what a device signs. */
interface Signed {
  counter?: number;
  /** Whether it knew who held it. */
  isHolderKnown?: boolean;
  origin?: string;
  relyingPartyId?: string;
  userHandle?: string;
  type?: string;
}

const HOLDER_IS_THERE = 0x01;
const HOLDER_IS_KNOWN = 0x04;
const HAS_KEY = 0x40;

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const asText = (data: string | Buffer) => Buffer.from(data).toString('base64url');

/** A device that keeps one passkey, as browsers speak for it (WebAuthn, level 3; the formats by hand). */
export class Device {
  readonly credentialId = asText(randomBytes(16));
  counter = 0;
  handle = '';
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly party: RelyingParty;

  constructor(party: RelyingParty) {
    this.party = party;
  }

  /** Its public half as COSE, in CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
  get publicKey(): Buffer {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const coordinate = (text?: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text!, 'base64url')]);
    const head = Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1]);
    return Buffer.concat([head, Buffer.from([0x21]), coordinate(x), Buffer.from([0x22]), coordinate(y)]);
  }

  /** Makes its passkey, asked by these options of a page. */
  make(options: { challenge: string; user: { id: string } }, signed: Signed = {}): string {
    this.handle = options.user.id;
    const id = Buffer.from(this.credentialId, 'base64url');
    const length = Buffer.from([0, id.length]);
    const key = Buffer.concat([Buffer.alloc(16), length, id, this.publicKey]);
    const data = Buffer.concat([this.dataOf(HAS_KEY, signed), key]);
    // {"fmt": "none", "attStmt": {}, "authData": data}
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
      Buffer.from([0x58, data.length]),
      data,
    ]);
    return this.answer({
      clientDataJSON: asText(this.clientData('webauthn.create', options.challenge, signed)),
      attestationObject: asText(attestation),
      transports: ['internal'],
    });
  }

  /** Signs a challenge with it. */
  show(challenge: string, signed: Signed = {}): string {
    const data = this.dataOf(0, signed);
    const client = this.clientData('webauthn.get', challenge, signed);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.keys.privateKey);
    return this.answer({
      clientDataJSON: asText(client),
      authenticatorData: asText(data),
      signature: asText(signature),
      userHandle: signed.userHandle ?? this.handle,
    });
  }

  private answer(response: Record<string, unknown>): string {
    const id = this.credentialId;
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
  }

  private clientData(type: string, challenge: string, { origin = this.party.origin, ...signed }: Signed): string {
    return JSON.stringify({ type: signed.type ?? type, challenge, origin, crossOrigin: false });
  }

  private dataOf(flags: number, { counter = this.counter, isHolderKnown = true, relyingPartyId }: Signed): Buffer {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(counter);
    const all = flags | HOLDER_IS_THERE | (isHolderKnown ? HOLDER_IS_KNOWN : 0);
    return Buffer.concat([sha256(relyingPartyId ?? this.party.id), Buffer.from([all]), counted]);
  }
}

/** A device of somebody with a passkey that they added long ago. */
export function givePasskey(app: TestApp, person: Person, more?: { relyingParty?: string }): Promise<Device> {
  return givePasskeyTo(app, app.people[person], more);
}

export async function givePasskeyTo(
  app: TestApp,
  userId: number,
  more: { relyingParty?: string } = {},
): Promise<Device> {
  const party = relyingPartyOf(app.config)!;
  const device = new Device(party);
  device.handle = userHandle(app.config.secrets.pepper, userId);
  const passkey = {
    userId,
    credentialId: device.credentialId,
    publicKey: asText(device.publicKey),
    counter: 0,
    relyingParty: party.id,
    name: 'Phone',
    transports: ['internal'],
    createdAt: '2026-11-01T12:00:00.000Z',
    ...more,
  };
  await app.db.write((trx) => insertPasskey(trx, passkey));
  return device;
}

/** What a browser is asked to have signed that wants to sign in, or has given the password. */
export async function challengeIn(session: Session, page = '/session/new'): Promise<string> {
  session.forgetToken();
  await session.get(page);
  const answer = await session.post('/session/passkey/challenge');
  if (answer.status !== 200) throw new Error(`no challenge: ${answer.status}`);
  return JSON.parse(answer.text).challenge;
}

/** What the page asks a device for that is to make a passkey. */
export function optionsOn(page: { text: string }) {
  return JSON.parse(pageOf(page).$('form[data-options]').attr('data-options')!);
}
