import type { Feature } from '../../web/feature.ts';

export const APPLICATIONS: Feature = {
  longForms: '/applications',
  pages: [
    {
      label: 'Applications',
      path: '/applications',
      icon: 'apps',
      needs: [
        ['groups', 'read'],
        ['users', 'read'],
      ],
    },
  ],
};
