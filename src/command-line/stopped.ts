const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whoever stops the command while an operation is under way has not stopped the operation, and is told so. */
export async function tellingWhoeverStops<Found>(operation: number, work: () => Promise<Found>): Promise<Found> {
  const tell = (signal: NodeJS.Signals) => {
    release();
    process.stderr.write(
      `Operation ${operation} is not stopped by this: it goes on where a server runs, or as soon as one does. It is paused and cancelled on its page, /bulk-operations/${operation}.\n`,
    );
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, tell);
  };
  for (const signal of SIGNALS) process.on(signal, tell);
  try {
    return await work();
  } finally {
    release();
  }
}
