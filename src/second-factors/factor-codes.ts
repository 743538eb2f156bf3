import { createHmac, timingSafeEqual } from 'node:crypto';
import { generateURI, ScureBase32Plugin, verifySync } from 'otplib';

const RECOVERY_CODES = 10;
/** 80 bits, which nobody guesses within the limits of the sign-in. */
const RECOVERY_BYTES = 10;

const base32 = new ScureBase32Plugin();

/** Of whom, and the chance in it, from which what is secret is derived. */
export interface FactorSource {
  userId: number;
  nonce: string;
}

/** What the authenticator of a user keeps: 160 bits, as text (RFC 4226). */
export function totpSecret(pepper: string, { userId, nonce }: FactorSource): string {
  return encoded(derived(pepper, `totp ${userId} ${nonce}`).subarray(0, 20));
}

export function totpAddress(secret: string, issuer: string, label: string): string {
  return generateURI({ issuer, label, secret });
}

/**
 * The time step to which this code belongs, if it is that of this very moment: one of 30 seconds, no tolerance (R29, RFC 6238).
 * `now` in milliseconds.
 */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const epoch = Math.floor(now / 1_000);
  return verifySync({ secret, token, epoch, epochTolerance: 0 }).valid ? Math.floor(epoch / 30) : undefined;
}

export function recoveryCodes(pepper: string, { userId, nonce }: FactorSource): string[] {
  return Array.from({ length: RECOVERY_CODES }, (_, n) =>
    encoded(derived(pepper, `recovery ${userId} ${nonce} ${n}`).subarray(0, RECOVERY_BYTES))
      .toLowerCase()
      .replace(/(.{4})(?=.)/g, '$1-'),
  );
}

/** The number of the recovery code that somebody typed, in whatever case and with or without hyphens; undefined for any other text. */
export function numberOfRecoveryCode(pepper: string, source: FactorSource, typed: string): number | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[\s-]/g, '');
  const given = Buffer.from(plain(typed.slice(0, 100)));
  const found = recoveryCodes(pepper, source).findIndex((code) => {
    const expected = Buffer.from(plain(code));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return found === -1 ? undefined : found;
}

function derived(pepper: string, of: string): Buffer {
  return createHmac('sha256', pepper).update(`second factor: ${of}`).digest();
}

function encoded(bytes: Uint8Array): string {
  return base32.encode(new Uint8Array(bytes), { padding: false });
}
