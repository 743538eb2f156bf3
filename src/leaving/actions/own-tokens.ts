import { findLiveTokens } from '../../tokens/token-store.ts';
import type { LeftKind } from '../left-kind.ts';

export const OWN_TOKENS: LeftKind = {
  name: 'tokens',
  noun: 'token',
  label: 'Tokens of their own',
  said: (number) =>
    `They have ${number === 1 ? '1 token, which ends' : `${number} tokens, which end`} with their access`,
  deeds: {},
  note: 'They end with the access: what uses them stops working then.',
  async find(db, userIds, at) {
    const tokens = await findLiveTokens(db, userIds, at);
    return tokens.map(({ id, name, userId }) => ({ id, name, of: userId, path: `/users/${userId}/tokens` }));
  },
};
