import type { Proof } from '../../sessions/sign-in.ts';
import type { User } from '../../users/user.ts';
import type { Answer } from '../ceremony.ts';
import { isCopied } from '../passkey.ts';
import { findPasskeyByCredential, notePasskeyUse } from '../passkey-store.ts';
import { tellOfCopy } from './own-passkey.ts';

/**
 * What a device signed, as what lets somebody in. Without a password before it (`handleOf` is given) the device has to have known who held
 * it, and whose it is.
 */
export function passkeyProof(answer: Answer | undefined, handleOf?: (user: User) => string): Proof {
  return {
    failure: 'wrong passkey',
    async isRight(trx, act, user) {
      if (answer?.passkey.userId !== user.id) return false;
      if (handleOf && !(answer.isHolderKnown && answer.userHandle === handleOf(user))) return false;
      // Read again: much can happen to it while the attempt stands in line.
      const passkey = await findPasskeyByCredential(trx, answer.passkey.credentialId);
      if (passkey?.id !== answer.passkey.id) return false;
      if (isCopied(answer.counter, passkey.counter)) {
        await tellOfCopy(trx, act, user, passkey);
        return false;
      }
      await notePasskeyUse(trx, passkey.id, answer.counter, act.at);
      return true;
    },
  };
}
