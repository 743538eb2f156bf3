import type { Feature } from '../../web/feature.ts';
import { pruneCalls } from '../call-store.ts';

export const PROVISIONING: Feature = {
  pages: [{ label: 'Provisioning', path: '/provisioning', icon: 'people', needs: [['users', 'read']] }],
  prune: pruneCalls,
};
