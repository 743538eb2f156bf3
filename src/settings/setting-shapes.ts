import { isIP } from 'node:net';
import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import { isEmailAddress } from '../text/email-address.ts';

export const SHORTEST_SECRET = 32;
const SHORTEST_TOKEN = 16;

/** A name of a machine, as a URL has it after reading: in ASCII. */
const NAME = /^[\w-]+(\.[\w-]+)*\.?$/;

/** Digits alone: 1e4 and 0x10 are numbers to JavaScript, and slips to everybody else. */
export const whole = (preset: number, least: number, most: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}`,
    )
    .transform(Number)
    .default(preset);

export const line = z.string().refine((text) => !/\p{Cc}/u.test(text), 'must be one line');

export const secret = z.string().min(SHORTEST_SECRET, `must have at least ${SHORTEST_SECRET} characters`);

/** Whoever asks sends it in a header. */
export const metricsToken = z
  .string()
  .min(SHORTEST_TOKEN, `must have at least ${SHORTEST_TOKEN} characters`)
  .refine((text) => /^[ -~]*$/.test(text), 'must be one line of plain letters, digits and signs');

/** Of this machine. */
export const host = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(text),
    'must be an address or a name of this machine, such as 0.0.0.0 or ::1, with no port and no brackets',
  );

export const httpAddress = z
  .string()
  .refine(isHttpAddress, 'must be like https://roster.example.com, with no path and no user')
  .transform((text) => new URL(text).origin);

/** Taken as it is or not at all: by a name that was put right, a folder that was used so far would not be found again. */
export const dataFolder = z
  .string()
  .refine((text) => text === text.trim(), 'must not begin or end with a space or the end of a line')
  .refine((text) => !/^~|\$\{?\w|\p{Cc}/u.test(text.trim()), 'must be the folder itself: nobody here reads ~ or $HOME');

export const smtpUrl = z.string().refine(isSmtpUrl, {
  error: ({ input }) =>
    String(input).includes('#')
      ? 'holds a #: write it as %23'
      : 'must be like smtp://user:password@mail.example.com:587, or smtps://…:465',
});

export const mailFrom = z
  .string()
  .transform((text) => mailbox(text))
  .refine((from) => from !== undefined, 'must be an address such as Roster <roster@example.com>');

export const proxies = z
  .string()
  .refine((text) => isProxies(text), 'must be a number of proxies, "loopback", or their addresses')
  .refine((text) => text !== 'true' && !/\/0+\s*(,|$)/.test(text), {
    error: ({ input }) => `must not be "${input}": that would believe every sender; give the number of proxies`,
  })
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : text));

function isHttpAddress(text: string): boolean {
  if (!/^https?:\/\/[^/\\?#@]+\/?$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname, port } = new URL(text);
  return port !== '0' && (hostname.startsWith('[') || NAME.test(hostname));
}

function isSmtpUrl(text: string): boolean {
  return /^smtps?:\/\/[^/?#]+\/?(\?[^#]*)?$/i.test(text) && URL.canParse(text);
}

/** A number, or what Express takes for addresses: names of ranges, addresses, networks, separated by commas. */
function isProxies(text: string): boolean {
  if (/^\d{1,2}$/.test(text) || text === 'true') return true;
  return text.split(',').every((part) => {
    const [address, bits] = part.trim().split('/');
    if (['loopback', 'linklocal', 'uniquelocal'].includes(part.trim())) return true;
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
    return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
  });
}

/** "Roster <roster@example.com>" or the address alone; undefined for anything else. */
function mailbox(text: string): { name: string; address: string } | undefined {
  const [first, ...more] = addressparser(text);
  const isOne = first !== undefined && more.length === 0 && first.group === undefined;
  return isOne && isEmailAddress(first.address) ? { name: first.name, address: first.address } : undefined;
}
