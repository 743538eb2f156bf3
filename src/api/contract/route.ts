import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Application, Level } from '../../access/rights.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Transaction } from '../../db/database.ts';
import type { Scope } from '../../tokens/token.ts';
import type { Act } from '../../verbs/act.ts';
import type { Caller } from './caller.ts';

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
  /** And what else is named there. */
  names: Record<string, string>;
  /** What stands in the address after the question mark. */
  query: Record<string, unknown>;
  body: Body;
  /** The version that If-Match names; undefined for any. */
  version: number | undefined;
  /** Does it in a transaction, once for each Idempotency-Key. */
  write(work: (trx: Transaction, act: Act) => Promise<Answer>): Promise<Answer>;
}

export type Needs =
  | {
      right: [Application, Level];
      /** Where another scope opens it than that of the right. */
      scope?: Scope;
    }
  /** What is needed follows from what is meant: in words, and demanded by whoever serves it. */
  | { said: string };

/** Which calls of a route weigh as much as what somebody has to confirm on a page that it is they (R54). */
export interface Asking {
  /** As the description says it: "where it makes somebody an administrator". */
  where: string;
  holds(call: Call<never>): boolean | Promise<boolean>;
}

/** Something that programs can ask for: what serves it, and what describes it. */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** As OpenAPI writes it: `/users/{id}`. */
  path: string;
  summary: string;
  /** Of whose records it is: what is described stands together. */
  tag: string;
  /** The right that token and user need, or the scope of its own that opens it. */
  needs: Needs;
  /** What of it a page asks people to confirm: there the token needs a scope of its own. */
  asks?: Asking;
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
  one: Omit<Route, 'handle' | 'body' | 'asks'> & {
    body?: Body;
    asks?: { where: string; holds(call: Call<z.output<Body>>): boolean | Promise<boolean> };
    handle(call: Call<z.output<Body>>): Promise<Answer>;
  },
): Route {
  return one as unknown as Route;
}

/** What of an address is no number. */
const NAMES = ['application', 'tag', 'session'];

export function isName(parameter: string): boolean {
  return NAMES.includes(parameter);
}
