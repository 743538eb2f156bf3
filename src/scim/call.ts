import type { Viewer } from '../access/viewer.ts';
import type { AppContext } from '../app-context.ts';
import type { Transaction } from '../db/database.ts';
import type { Resource } from '../provisioning/resource.ts';
import type { Act } from '../verbs/act.ts';
import type { Bookmarks } from './bookmarks.ts';
import type { Problem } from './problem.ts';

/** What a program asks for. */
export interface Call {
  app: AppContext;
  /** Whose users and groups are meant: the user of the token. */
  viewer: Viewer & { id: number };
  bookmarks: Bookmarks;
  method: string;
  /** What follows the prefix: `['Users', 'user-7']`. */
  segments: string[];
  query: Record<string, string>;
  body: unknown;
  ifMatch?: string;
  ifNoneMatch?: string;
  /** Writes down that it was refused, and says why; `of` is the request within a bulk. */
  refused(error: unknown, of?: { method: string; path: string }): Promise<Problem>;
  /** Does it in a transaction. */
  write<T>(work: (trx: Transaction, act: Act) => Promise<T>): Promise<T>;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: Resource;
  /** What was done, for the page of the program; left out for what was only read. */
  words?: string;
}

export function baseOf({ app }: Pick<Call, 'app'>): string {
  return `${app.config.baseUrl}/scim/v2`;
}

/** A list as RFC 7644, section 3.4.2, has it. */
export function listOf(resources: Resource[], total: number, startIndex: number): Answer {
  return {
    status: 200,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: total,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    },
  };
}
