import { loadInParts } from './serving/loading.ts';

await loadInParts();
// What stands below has loaded the rest of it before its first line runs, so it is not imported above.
const { serveAsSet } = await import('./serving/serve-as-set.ts');
await serveAsSet();
