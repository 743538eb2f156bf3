import { describe, expect, it } from '@jest/globals';
import { routesOf } from '../../faults/routes.ts';
import { startApp } from '../support/app.ts';
import { ROUTES, routes } from './routes.ts';

describe('the list of routes', () => {
  it('classifies every route that there is, and none that is not (R59)', async () => {
    await using app = await startApp();
    const there = routesOf(app.express)
      .map((route) => route.replace(/\/assets\/[0-9a-f]+/, '/assets/:version'))
      // Each of our own modules, of which there may be any number.
      .map((route) => route.replace(/(:version\/js\/)(?!htmx|combobox|webauthn)\w+\.js/, '$1:module'));
    expect([...new Set(there)].toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  });

  it('has an example for everything that changes something', () => {
    const without = routes.filter((route) => route.method !== 'get' && route.method !== 'use' && !route.change);
    // What is asked on the page of a link that is over, what only tells how strong a password is, and what the browser keeps.
    expect(without.map((route) => route.name).toSorted()).toEqual([
      'post /invitations/requests',
      'post /passwords/strength',
      'post /preferences',
    ]);
  });
});
