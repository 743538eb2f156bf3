/** Counts the turns of the event loop until it is asked to stop. */
export class Turns {
  number = 0;
  #next = setImmediate(() => this.#count());

  #count(): void {
    this.number++;
    this.#next = setImmediate(() => this.#count());
  }

  stop(): void {
    clearImmediate(this.#next);
  }
}
