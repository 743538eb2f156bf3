import type { Feature } from '../../web/feature.ts';

export const LEADING: Feature = {
  longPages: /^\/led-groups\/\d+\/(?:members\/new|invitations\/(?:new|list(?:\/\d+)?))$/,
};
