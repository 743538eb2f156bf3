import { HOUR, MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { noteFigures } from '../actions/figures-noting.ts';

export const OVERVIEW: Feature = {
  pages: [{ label: 'Overview', path: '/overview', icon: 'graph', needs: [['users', 'read']] }],
  jobs: (app) => [
    { name: 'Count people and sign-ins', firstAfter: MINUTE, every: HOUR, byOne: true, run: () => noteFigures(app) },
  ],
};
