/** The only stand-in of the tests: time stands still until it is turned. */
export class TestClock {
  private time = Date.parse('2026-11-22T12:00:00Z');
  readonly now = () => this.time;

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}
