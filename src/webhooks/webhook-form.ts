import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { cleaned, shownName } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { LONGEST_IDENTITY } from '../text/identity-key.ts';
import {
  hostOf,
  isReachable,
  isReadOnTheWay,
  READ_ON_THE_WAY,
  type Resolve,
  reachableAddresses,
  resolveByName,
  Unreachable,
} from './reachable.ts';

export interface WebhookValues {
  name: string;
  address: string;
  /** Empty for all. */
  kinds: string[];
  /** Whose it is to be, as it was typed; empty for nobody's. */
  user: string;
}

const LONGEST_ADDRESS = 2_000;

export function typedWebhook(body: unknown): Typed {
  return typedFields(body, ['name', 'address', 'which', 'user', 'version'], ['kinds']);
}

/** `known`: the kinds that there are. `networks`: where addresses may lead besides the open internet. */
export function checkWebhook(
  typed: Typed,
  { known, networks }: { known: readonly string[]; networks: readonly string[] },
): FormResult<WebhookValues> {
  const form = z
    .object({
      name: shownName(100, undefined, 'Say what it is for.'),
      address: cleaned.superRefine((text, context) => {
        const mistake = addressMistake(text, networks);
        if (mistake) context.addIssue({ code: 'custom', message: mistake });
      }),
      which: z.enum(['all', 'some'], 'Choose which events it is sent.'),
      kinds: z
        .array(z.string())
        .refine((kinds) => kinds.every((kind) => known.includes(kind)), 'Choose from the list.'),
      user: cleaned.refine((text) => text.length <= LONGEST_IDENTITY, 'Enter a name or a system email.'),
    })
    .superRefine(({ which, kinds }, context) => {
      if (which === 'some' && kinds.length === 0)
        context.addIssue({ code: 'custom', path: ['kinds'], message: 'Choose at least one kind of event.' });
    })
    .transform(({ which, kinds, ...rest }) => ({
      ...rest,
      kinds: which === 'all' ? [] : known.filter((kind) => kinds.includes(kind)),
    }));
  return checkForm(form, typed);
}

/** What is wrong with an address as it stands; where a name leads is looked up by `lookUpMistake`. */
export function addressMistake(text: string, networks: readonly string[]): string | undefined {
  if (text.length > LONGEST_ADDRESS) return 'An address has at most 2,000 characters.';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'Enter an address such as https://hooks.example.com/roster.';
  if (url.username || url.password) return 'No user and no password stand in it: messages are signed.';
  if (url.hash) return 'Nothing is sent after a #: leave it out.';
  if (url.protocol === 'http:' && networks.length === 0) return READ_ON_THE_WAY;
  const host = hostOf(url);
  if (isIP(host) && !isReachable(host, networks))
    return 'This address is not on the open internet, and in none of the networks of WEBHOOK_NETWORKS.';
  return isIP(host) && isReadOnTheWay(url, host) ? READ_ON_THE_WAY : undefined;
}

/** In milliseconds; who sends looks again. */
const LOOKED_UP_WITHIN = 2_000;

/** Whether a name of a sound address leads where nothing is sent in the clear. Undefined also where it cannot be looked up just now. */
export async function lookUpMistake(
  address: string,
  networks: readonly string[],
  resolve: Resolve = resolveByName,
): Promise<string | undefined> {
  const url = new URL(address);
  if (url.protocol !== 'http:') return undefined;
  try {
    await Promise.race([
      reachableAddresses(url, networks, resolve),
      sleep(LOOKED_UP_WITHIN, undefined, { ref: false }),
    ]);
    return undefined;
  } catch (error) {
    return error instanceof Unreachable ? error.message : undefined;
  }
}
