// The package has no types; these are of the few things that the benchmark asks of it.
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export interface Asked {
    method?: 'GET' | 'POST' | 'PATCH';
    path?: string;
    headers?: Record<string, string>;
    body?: string;
  }
  export interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration?: number;
    /** Requests in all; instead of a duration. */
    amount?: number;
    method?: 'GET' | 'POST';
    headers?: Record<string, string>;
    body?: string;
    requests?: Asked[];
    setupClient?: (client: { setRequests(requests: Asked[]): void }) => void;
    /** Milliseconds between two looks at whether it is over. */
    sampleInt?: number;
  }
  export interface Result {
    duration: number;
    errors: number;
  }
  export default function autocannon(
    options: Options,
    done: (error: Error | null, result: Result) => void,
  ): EventEmitter & { stop(): void };
}
