import { RosterPostgresClient } from './client.ts';
import type { PostgresError } from './errors.ts';
import { untilReached } from './patience.ts';

/** A read that was cut off is asked once more, of a connection that is made anew. One inside a transaction is for that to see to. */
export class ReadingPostgresClient extends RosterPostgresClient {
  override runner(builder: unknown) {
    const runner = super.runner(builder);
    if (this.transacting) return runner;
    const once = runner.run.bind(runner);
    runner.run = () =>
      untilReached(() => {
        runner.connection = undefined;
        return once();
      }).catch((error: PostgresError) => {
        error.isOfRead = true;
        throw error;
      });
    return runner;
  }
}
