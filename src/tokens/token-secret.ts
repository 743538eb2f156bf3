import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'roster_';
/** As many digits as 256 bits take, and as 32 do. */
const RANDOM_DIGITS = 43;
const CHECK_DIGITS = 6;
const BEGINNING = PREFIX.length + 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_DIGITS + CHECK_DIGITS}}$`);

/** A secret stands in a text: scanners of repositories and logs find it by this, and know by its last six digits that it is one. */
export const SECRET_IN_TEXT = new RegExp(`${PREFIX}[0-9A-Za-z]{${RANDOM_DIGITS + CHECK_DIGITS}}`);

/** 256 random bits between what says whose secret this is and a checksum of them. */
export function newSecret(): string {
  const digits = inDigits(BigInt(`0x${randomBytes(32).toString('hex')}`), RANDOM_DIGITS);
  return `${PREFIX}${digits}${checksum(digits)}`;
}

/** Whether a text can be a secret at all: what cannot is looked up nowhere. */
export function isSecret(text: string): boolean {
  if (!FORM.test(text)) return false;
  const digits = text.slice(PREFIX.length, -CHECK_DIGITS);
  return text.endsWith(checksum(digits));
}

/** By which people tell it from others. */
export function beginningOf(secret: string): string {
  return secret.slice(0, BEGINNING);
}

function checksum(digits: string): string {
  return inDigits(BigInt(crc32(digits)), CHECK_DIGITS);
}

function inDigits(number: bigint, length: number): string {
  let digits = '';
  for (let rest = number; digits.length < length; rest /= 62n) digits = DIGITS[Number(rest % 62n)] + digits;
  return digits;
}
