import { z } from 'zod';
import type { Instant } from '../clock.ts';
import { checkForm, type FormResult, type Typed } from '../forms/form.ts';

/** The public half of a key that a device of somebody keeps. */
export interface Passkey {
  id: number;
  userId: number;
  /** By which the device knows it, as base64url. */
  credentialId: string;
  /** As COSE (RFC 9052), in base64url. */
  publicKey: string;
  /** How often the device says that it was used; 0 for ever where it does not count. */
  counter: number;
  /** The domain that it was made for. */
  relyingParty: string;
  name: string;
  /** How browsers reach the device. */
  transports: string[];
  createdAt: Instant;
  lastUsedAt: Instant | null;
}

/** More than anybody has devices. */
export const PASSKEYS_AT_MOST = 20;
const LONGEST_NAME = 60;

export function checkPasskeyName(typed: Typed): FormResult<{ name: string }> {
  const name = z
    .string()
    .trim()
    .min(1, 'Give it a name by which you will know it again.')
    .max(LONGEST_NAME, `At most ${LONGEST_NAME} characters.`);
  return checkForm(z.object({ name }), { name: typed.name });
}

/** Whether a device that says it was used so often is not the only one that has the key (WebAuthn, 6.1.1). */
export function isCopied(counter: number, before: number): boolean {
  return (counter > 0 || before > 0) && counter <= before;
}
