import { describe, expect, it } from '@jest/globals';
import express, { Router } from 'express';
import supertest from 'supertest';
import { routesOf } from '../../faults/routes.ts';
import { byFirstWord } from '../../src/web/by-first-word.ts';

/** A controller that says who answered, and notes that it was asked at all. */
function controller(asked: string[], name: string, paths: string[]): Router {
  const router = Router();
  for (const path of paths) router.get(path, (_req, res) => void res.send(name));
  const { handle } = router as unknown as { handle: (...all: unknown[]) => void };
  Object.assign(router, {
    handle(...all: unknown[]) {
      asked.push(name);
      handle.apply(router, all);
    },
  });
  return router;
}

describe('controllers by the first word of a path', () => {
  const asked: string[] = [];
  const nested = Router().use(controller(asked, 'nested', ['/users/:id/deep']));
  const mounted = Router().use('/users/mounted', (_req, res) => void res.send('mounted'));
  const controllers = [
    controller(asked, 'import', ['/users/import', '/contacts/import']),
    controller(asked, 'users', ['/users', '/users/:id']),
    controller(asked, 'groups', ['/groups/:id']),
    nested,
    mounted,
    controller(asked, 'whatever', ['/:word/whatever']),
  ];
  const app = express().use(byFirstWord(controllers));
  app.use((_req, res) => void res.send('nobody'));

  async function answerOf(path: string): Promise<[answer: string, asked: string[]]> {
    asked.length = 0;
    return [(await supertest(app).get(path)).text, [...asked]];
  }

  it.each([
    ['/users/import', 'import', ['import']],
    ['/users?group=1', 'users', ['import', 'users']],
    ['/Users/7/', 'users', ['import', 'users']],
    ['/users/7/deep', 'nested', ['import', 'users', 'nested']],
    ['/users/mounted/below', 'mounted', ['import', 'users', 'nested']],
    ['/contacts/import', 'import', ['import']],
    ['/groups/whatever', 'groups', ['groups']],
    ['/elsewhere/whatever', 'whatever', ['whatever']],
    ['/elsewhere', 'nobody', ['whatever']],
    ['/', 'nobody', ['whatever']],
  ])('asks for %s whoever may answer, in their order', async (path, answer, those) => {
    expect(await answerOf(path)).toEqual([answer, those]);
  });

  it('names all routes', () => {
    expect(routesOf(app)).toEqual([
      'get /users/import',
      'get /contacts/import',
      'get /users',
      'get /users/:id',
      'get /groups/:id',
      'get /users/:id/deep',
      'use /users/mounted',
      'get /:word/whatever',
    ]);
  });
});
