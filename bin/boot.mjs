// What `npm start`, `npm test` and the other scripts call. A Node that cannot read the rest has to be able to read this
// much, so that it says what is missing and not where it stumbled.
const OLDEST_THAT_READS_THE_REST = 16;

if (Number.parseInt(process.versions.node, 10) < OLDEST_THAT_READS_THE_REST) {
  console.error(`roster: Node ${process.version} is too old to start Roster: install Node 18 or newer.`);
  process.exit(1);
} else {
  void import('./boot/boot.mjs');
}
