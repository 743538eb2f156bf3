import type { Feature } from '../../web/feature.ts';
import { pruneDeliveries } from '../delivery-store.ts';

export const WEBHOOKS: Feature = {
  pages: [{ label: 'Webhooks', path: '/webhooks', icon: 'webhook', needs: [['settings', 'read']] }],

  longForms: '/webhooks',
  prune: (trx, now) => pruneDeliveries(trx, now),
};
