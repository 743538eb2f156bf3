import type { Feature } from '../../web/feature.ts';

export const SETUP: Feature = { publicForms: /^\/setup\b/, shownAgain: /^POST \/setup\/?$/i };
