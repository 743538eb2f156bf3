import { HOUR, MINUTE } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { forgetOldImports } from '../actions/forgetting.ts';
import { removeOldUploads } from './upload.ts';

export const IMPORT: Feature = {
  pages: [
    { label: 'Import users', path: '/users/import', icon: 'upload', needs: [['users', 'write']] },
    { label: 'Import contacts', path: '/contacts/import', icon: 'upload', needs: [['contacts', 'write']] },
  ],
  longPages: /^\/(?:users|contacts)\/imports\/\d+\/columns$/,
  jobs: ({ db, config, clock }) => [
    {
      name: 'Forget files that were imported',
      firstAfter: 5 * MINUTE,
      every: HOUR,
      byOne: true,
      run: () => forgetOldImports(db, clock()),
    },
    {
      name: 'Remove what was left of uploads',
      firstAfter: 5 * MINUTE,
      every: HOUR,
      run: () => removeOldUploads(config.dataDir, clock()),
    },
  ],
};
