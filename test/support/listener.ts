import type { Program } from './program.ts';

export interface Said {
  id: number;
  action: string;
  [field: string]: unknown;
}

/** Listens to a stream of events as a program does, and keeps what is said. */
export class Listener {
  readonly said: Said[] = [];
  readonly status: number;
  readonly type: string | null;
  lastId = '';
  isOver = false;
  readonly #leaving: AbortController;
  #wake: () => void = () => {};

  private constructor(answer: Response, leaving: AbortController) {
    this.status = answer.status;
    this.type = answer.headers.get('content-type');
    this.#leaving = leaving;
    void this.#read(answer.body!);
  }

  static async to(program: Program, query = '', headers: Record<string, string> = {}): Promise<Listener> {
    const leaving = new AbortController();
    const answer = await fetch(`${program.app.url}/api/v1/events${query}`, {
      headers: { Authorization: `Bearer ${program.secret}`, Accept: 'text/event-stream', ...headers },
      signal: leaving.signal,
    });
    return new Listener(answer, leaving);
  }

  /** Resolves when so much was said, or when it is over. */
  async until(isEnough: (said: Said[]) => boolean): Promise<Said[]> {
    while (!this.isOver && !isEnough(this.said)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.said;
  }

  async over(): Promise<void> {
    await this.until(() => false);
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    try {
      const decoder = new TextDecoder();
      for await (const piece of body) {
        text += decoder.decode(piece, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.#take(block);
        this.#wake();
      }
    } catch {
      // It left.
    }
    this.isOver = true;
    this.#wake();
  }

  #take(block: string): void {
    const id = /^id: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (id !== undefined) this.lastId = id;
    if (data !== undefined) this.said.push(JSON.parse(data));
  }
}
