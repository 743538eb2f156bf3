import type { Request } from 'express';
import type { Asked, ChallengePurpose } from '../../passkeys/challenge-store.ts';

/** For what this browser is to show or make a passkey. A challenge holds in the session or visit that it was made for, and in no other. */
export function askedIn(req: Request, purpose: ChallengePurpose): Asked {
  const { csrfSecret } = req.session.stored ? req.session : (req.visit ?? {});
  // Every form has passed the forgery check by now, and whoever is signed in has one from the beginning.
  if (!csrfSecret) throw new Error('nothing ties the forms of this browser to it');
  return { formSecret: csrfSecret, purpose };
}
