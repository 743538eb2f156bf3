import { HOUR, instant, MINUTE } from '../src/clock.ts';
import type { Random } from './random.ts';

/** Whom it invites. */
interface Invited {
  /** Of the link. */
  id: number;
  userId: number;
  address: string;
  /** When, in milliseconds. */
  at: number;
  by: number | null;
}

/** Nobody can open it: the hash is made up, and no token is known that has it. Its mail was sent long ago, or refused. */
export function invitationRows(random: Random, invitationHours: number, { id, userId, address, at, by }: Invited) {
  const isMailed = random.chance(0.7);
  const ends = { created_at: instant(at), expires_at: instant(at + invitationHours * HOUR) };
  const link = {
    id,
    purpose: 'invitation',
    user_id: userId,
    nonce: random.bytes32().slice(0, 22),
    token_hash: random.bytes32(),
    channel: isMailed ? 'mail' : 'copy',
    created_by: by,
    ...ends,
  };
  if (!isMailed) return { link };
  const isRefused = random.chance(0.15);
  const handedOver = instant(at + MINUTE);
  const mail = {
    kind: 'invitation',
    user_id: userId,
    link_id: id,
    address,
    created_at: ends.created_at,
    try_until: ends.expires_at,
    attempts: 1,
    next_at: handedOver,
    sent_at: isRefused ? null : handedOver,
    failed_at: isRefused ? handedOver : null,
    answer: isRefused ? '550 5.1.1 The mailbox does not exist' : '',
  };
  return { link, mail };
}
