import type { Feature } from '../../web/feature.ts';

export const LEAVING: Feature = {
  longPages: /^\/users\/\d+\/leaving$/,
};
