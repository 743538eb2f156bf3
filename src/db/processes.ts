/** What processes tell each other: that others may have work to do or done, or that somebody wrote. */
export type Topic = 'operations' | 'changes';

/**
 * The processes that work on one database. A lock that is lost with its connection lets another process in, so nothing that must never happen
 * twice may rest on these alone: that is for a transaction to see to.
 */
export interface Processes {
  /**
   * Does `work` when no other process does anything under this name, nor this one: waits for its turn, until then at the most where that is said, by
   * `performance.now()`. Throws DatabaseBusy where it does not come: a process that stands still keeps what it has.
   */
  alone<T>(name: string, work: () => Promise<T>, until?: number): Promise<T>;
  /** The same at once or not at all. Says whether. */
  ifAlone(name: string, work: () => Promise<unknown>): Promise<boolean>;
  /** Whether this process is the one of all that does what goes by this name: it stays so until it ends. */
  isChosen(name: string): Promise<boolean>;
  /** Tells all of them, this one included. It may be lost. */
  tell(topic: Topic): void;
  /** Calls `listener` when another one tells or this one, and when something may have been missed. Of changes only others tell. */
  hear(topic: Topic, listener: () => void): void;
}

/** Those of a file: whoever serves it is alone. */
export function onlyProcess(): Processes {
  const listeners = new Listeners();
  return {
    alone: (_name, work) => work(),
    async ifAlone(_name, work) {
      await work();
      return true;
    },
    isChosen: async () => true,
    tell: (topic) => listeners.call(topic),
    hear: (topic, listener) => listeners.add(topic, listener),
  };
}

/** Who in this process is to be told of what. */
export class Listeners {
  private readonly all: [topic: Topic, listener: () => void][] = [];

  add(topic: Topic, listener: () => void): void {
    this.all.push([topic, listener]);
  }

  /** Those of one topic, or of all. */
  call(topic?: Topic): void {
    for (const [of, listener] of this.all) if (topic === undefined || of === topic) listener();
  }
}
