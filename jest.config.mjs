export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/template.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  testTimeout: 60_000,
  restoreMocks: true,
  // A test that fails may leave its server open; the run must end all the same.
  forceExit: true,
  reporters: ['default', '<rootDir>/test/support/stalled.ts'],
};
