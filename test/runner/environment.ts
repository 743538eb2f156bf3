/** Nothing around the tests but the process that they run in. */
export default class Environment {
  readonly global = {};
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;

  async setup(): Promise<void> {}
  async teardown(): Promise<void> {}
  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }
  getVmContext(): null {
    return null;
  }
}
