import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { oneEachTurn, pause } from '../../src/web/traffic/turns.ts';

it('begins what comes at once one after the other, and lets others have their turn in between', async () => {
  const handle = oneEachTurn();
  const happened: string[] = [];
  const come = (name: string) => handle({} as Request, {} as Response, (() => happened.push(name)) as NextFunction);
  for (const name of ['first', 'second', 'third']) come(name);
  expect(happened).toEqual(['first']);
  const wait = () =>
    setImmediate(() => {
      happened.push('other');
      if (happened.length < 12) wait();
    });
  wait();
  // However long twelve turns take on a busy machine.
  while (happened.length < 12) await sleep(1);
  await sleep(10);
  expect(happened.slice(0, 5)).toEqual(['first', 'second', 'other', 'third', 'other']);
  come('fourth');
  expect(happened.at(-1)).toBe('fourth');
  come('fifth');
  expect(happened.at(-1)).toBe('fourth');
  await sleep(10);
  expect(happened.at(-1)).toBe('fifth');
});

it('pauses where it took long to get there', async () => {
  const happened: string[] = [];
  oneEachTurn()({} as Request, {} as Response, () => {});
  const until = performance.now() + 20;
  while (performance.now() < until);
  setImmediate(() => happened.push('other'));
  await pause()({} as Request, {} as Response, (() => happened.push('answered')) as NextFunction);
  expect(happened).toEqual(['other', 'answered']);
});
