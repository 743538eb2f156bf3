/** What is about the one database alone, and so not run on the other. */
const OF_POSTGRES = ['test/postgres/'];
const OF_SQLITE = [
  'test/db/',
  'test/erasure/old-events',
  'test/migrations/',
  'test/installation/backup',
  'test/installation/opening',
  'test/web/full-disk',
];
const isOnPostgres = process.env.DATABASE === 'postgres';
const leftOut = isOnPostgres ? OF_SQLITE : OF_POSTGRES;

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...leftOut.map((path) => `<rootDir>/${path}`)],
  // Node runs TypeScript as it is, and loads it as it loads the program.
  transform: {},
  runtime: '<rootDir>/test/runner/runtime.ts',
  testEnvironment: '<rootDir>/test/runner/environment.ts',
  injectGlobals: false,
  testSequencer: '<rootDir>/test/runner/sequencer.ts',
  globalSetup: '<rootDir>/test/support/template.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  // Longer than any takes on a machine that does much else besides: what hangs is found all the same.
  testTimeout: 180_000,
  restoreMocks: true,
  // A test that fails may leave its server open; the run must end all the same.
  forceExit: true,
  // Where there is a limit, tests run in a process of their own even if it is one: what spins there is seen from outside.
  ...(isOnPostgres && { workerIdleMemoryLimit: '8GB' }),
  reporters: ['default', '<rootDir>/test/support/stalled.ts'],
};
