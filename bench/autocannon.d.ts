// The package has no types; these are of the few things that the benchmark asks of it.
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

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
    requests?: { method?: 'GET' | 'POST' | 'PATCH'; path?: string; headers?: Record<string, string>; body?: string }[];
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
