import { MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { lookAfterReviews } from '../actions/repeating.ts';

export const REVIEWS: Feature = {
  pages: [
    { label: 'Reviews', path: '/reviews', icon: 'shield-check', needs: [['users', 'read']] },
    { label: 'New review', path: '/reviews/new', icon: 'shield-check', needs: [['users', 'write']] },
  ],
  longForms: '/reviews',
  longPages: /^\/reviews\/\d+\/answers$/,
  jobs: ({ db, index, clock, actSettings, config, clockWatch }) => [
    {
      name: 'Look after reviews',
      firstAfter: 4 * MINUTE,
      every: 10 * MINUTE,
      byOne: true,
      run: () => lookAfterReviews({ db, index, clock, settings: actSettings, config }, clockWatch.look() !== undefined),
    },
  ],
};
