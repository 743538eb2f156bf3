import { createHmac, randomBytes } from 'node:crypto';
import type { LinkSettings } from '../verbs/act.ts';
import type { Webhook } from './webhook.ts';

const PREFIX = 'whsec_';

export function newNonce(): string {
  return randomBytes(24).toString('base64url');
}

/** What a receiver verifies by. It is derived anew each time: no table holds it. */
export function secretOf({ secret }: Pick<LinkSettings, 'secret'>, id: number, nonce: string): string {
  return `${PREFIX}${keyOf(secret, id, nonce).toString('base64')}`;
}

/** What goes along with a message, as Standard Webhooks has it: by the secret before as well, while that is good. */
export function signed(
  { secret }: Pick<LinkSettings, 'secret'>,
  { id, nonce, former }: Pick<Webhook, 'id' | 'nonce' | 'former'>,
  { messageId, body, now }: { messageId: string; body: string; now: number },
): Record<string, string> {
  const seconds = String(Math.floor(now / 1_000));
  const nonces = former && Date.parse(former.until) > now ? [nonce, former.nonce] : [nonce];
  const content = `${messageId}.${seconds}.${body}`;
  const signatures = nonces.map((one) => {
    const mac = createHmac('sha256', keyOf(secret, id, one))
      .update(content)
      .digest('base64');
    return `v1,${mac}`;
  });
  return { 'webhook-id': messageId, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string, id: number, nonce: string): Buffer {
  return createHmac('sha256', secret).update(`webhook ${id} ${nonce}`).digest();
}
