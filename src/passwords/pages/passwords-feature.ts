import type { Feature } from '../../web/feature.ts';

export const PASSWORDS: Feature = {
  publicForms: /^\/passwords\b/,
  shownAgain: /^POST \/passwords\/(requests|acceptance)\/?$/i,
  // How strong a password is that somebody types.
  harmless: /^POST \/passwords\/strength\/?$/i,
};
