import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Viewer } from '../access/viewer.ts';
import type { AppContext } from '../app-context.ts';
import type { Transaction } from '../db/database.ts';
import type { Act } from '../verbs/act.ts';
import type { Caller, Needs } from './caller.ts';

/** What is answered; without a body, nothing. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Or what is written for as long as somebody listens. */
  stream?: (res: Response) => void;
}

/** A request with who makes it, all of it checked. */
export interface Call<Body = unknown> {
  app: AppContext;
  req: Request;
  caller: Caller;
  viewer: Viewer & { id: number };
  /** The numbers in the address, by name. */
  ids: Record<string, number>;
  /** What stands in the address after the question mark. */
  query: Record<string, unknown>;
  body: Body;
  /** The version that If-Match names; undefined for any. */
  version: number | undefined;
  /** Does it in a transaction, once for each Idempotency-Key. */
  write(work: (trx: Transaction, act: Act) => Promise<Answer>): Promise<Answer>;
}

/** Something that programs can ask for: what serves it, and what describes it. */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** As OpenAPI writes it: `/users/{id}`. */
  path: string;
  summary: string;
  /** Of whose records it is: what is described stands together. */
  tag: string;
  needs: Needs;
  /** Of a list: its filters, which are those of its page. */
  filters?: readonly string[];
  /** Of another address. */
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Whether If-Match has to say which version is changed. */
  isVersioned?: boolean;
  /** What comes where it works: status, and what the body is. */
  status: number;
  answer?: z.ZodType;
  /** Whether the same comes as a stream to who accepts `text/event-stream`. */
  streams?: boolean;
  handle(call: Call<never>): Promise<Answer>;
}

/** Keeps the type of the body of a route for the one who writes it. */
export function route<Body extends z.ZodType>(
  one: Omit<Route, 'handle' | 'body'> & { body?: Body; handle(call: Call<z.output<Body>>): Promise<Answer> },
): Route {
  return one as unknown as Route;
}
