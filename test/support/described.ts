import { expect } from '@jest/globals';
import type { z } from 'zod';
import { PROBLEM } from '../../src/api/contract/answers.ts';
import type { Route } from '../../src/api/contract/route.ts';
import { ROUTES } from '../../src/api/routes.ts';
import type { Program } from './program.ts';

export const called = ({ method, path }: Route) => `${method} ${path}`;

/** The tests of the interface, with whose records each is about: together they see every route work. */
export const ABOUT: Record<string, string[]> = {
  'interface.test.ts': ['Users', 'Memberships', 'Groups', 'Audit', 'Events', 'Checks'],
  'permissions.test.ts': ['Permissions'],
  'applications.test.ts': ['Applications'],
  'contacts.test.ts': ['Contacts'],
  'access.test.ts': ['Sessions', 'Tokens', 'Invitations'],
  'bulk.test.ts': ['Bulk operations'],
  'tags-and-views.test.ts': ['Tags', 'Saved views'],
};

/** A program that holds whatever comes against its description. */
export class Described {
  readonly program: Program;
  /** What was answered to what, by route. */
  private readonly seen = new Map<string, Set<number>>();

  constructor(program: Program) {
    this.program = program;
  }

  /** Asks by the name of a route, as the description writes it. */
  async ask(name: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const route = ROUTES.find((one) => called(one) === name)!;
    const request = this.program.ask(route.method, path, headers);
    const answer = await (body ? request.send(body) : request);
    this.seen.set(name, (this.seen.get(name) ?? new Set()).add(answer.status));
    if (answer.status < 300) {
      expect([name, answer.status]).toEqual([name, route.status]);
      (route.answer as z.ZodType).parse(answer.body);
    } else {
      expect(answer.type).toBe('application/problem+json');
      PROBLEM.parse(answer.body);
    }
    return answer;
  }

  /** The routes about these that were not seen to work. */
  unseen(file: string): string[] {
    const about = ROUTES.filter(({ tag }) => ABOUT[file].includes(tag)).map(called);
    return about.filter((name) => ![...(this.seen.get(name) ?? [])].some((status) => status < 300));
  }
}
