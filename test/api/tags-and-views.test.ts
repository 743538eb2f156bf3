import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { Described } from '../support/described.ts';
import { groupId } from '../support/people.ts';
import { programAs } from '../support/program.ts';

let app: TestApp;
let described: Described;

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);

describe('tags, for programs', () => {
  it('are given to users and groups, taken and listed', async () => {
    const support = await groupId(app, 'Support');
    for (const [of, id] of [
      ['users', app.people.bob],
      ['groups', support],
    ]) {
      const audit = await watchAudit(app);
      const route = `/${of}/{id}/tags/{tag}`;
      const given = await ask(`put ${route}`, `/${of}/${id}/tags/${encodeURIComponent('night / shift')}`);
      expect(given.body.tags).toContain('night / shift');
      expect((await ask(`put ${route}`, `/${of}/${id}/tags/NIGHT%20%2F%20shift`)).body.version).toBe(
        given.body.version,
      );
      const listed = await ask(`get /tags/${of}`, `/tags/${of}`);
      const known = listed.body.items.find((one: { name: string }) => one.name === 'night / shift');
      const found = await described.program.get(`/${of}?tag=${known.id}`);
      expect(found.body.items.map((one: { id: number }) => one.id)).toEqual([Number(id)]);
      expect((await ask(`delete ${route}`, `/${of}/${id}/tags/night%20%2F%20shift`)).body.tags).not.toContain(
        'night / shift',
      );
      expect((await ask(`delete ${route}`, `/${of}/${id}/tags/night%20%2F%20shift`)).status).toBe(409);
      expect((await audit.since()).map(({ action }) => action)).toEqual(
        [`${of.toString().slice(0, -1)}.updated`].flatMap((one) => [one, one]),
      );
      for (const wrong of ['a,b', 'x'.repeat(41), '%20', '%00'])
        expect([wrong, (await ask(`put ${route}`, `/${of}/${id}/tags/${wrong}`)).status]).toEqual([wrong, 422]);
      expect((await ask(`put ${route}`, `/${of}/999999/tags/x`)).status).toBe(404);
    }
  });
});

describe('saved views, for programs', () => {
  it('are kept, read and deleted', async () => {
    const view = 'state=locked&q=e?n';
    const kept = await ask('post /saved-views', '/saved-views', { name: 'Locked', view });
    expect(kept.body).toMatchObject({ name: 'Locked', owner: { name: 'alice' }, isShared: false });
    expect(new URLSearchParams(kept.body.view).get('q')).toBe('e?n');
    const path = `/saved-views/${kept.body.id}`;
    expect((await ask('get /saved-views/{id}', path)).body).toEqual(kept.body);
    expect((await described.program.get(`/users?${kept.body.view}`)).body).toMatchObject({ items: [] });
    const shared = await ask('post /saved-views', '/saved-views', { name: 'All', view: '', shared: true });
    expect((await ask('get /saved-views', '/saved-views')).body.items).toHaveLength(2);
    const taken = await ask('post /saved-views', '/saved-views', { name: 'locked', view });
    expect([taken.status, taken.body.errors[0].field]).toEqual([422, 'name']);
    const wrong = await ask('post /saved-views', '/saved-views', { name: 'x', view: 'state=lost&colour=red' });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, 'view']);
    const rita = await programAs(app, 'rita');
    expect((await rita.get('/saved-views')).body.items.map((one: { name: string }) => one.name)).toEqual(['All']);
    expect((await rita.get(path)).status).toBe(404);
    expect((await rita.ask('delete', path)).status).toBe(404);
    expect((await rita.ask('delete', `/saved-views/${shared.body.id}`)).status).toBe(403);
    expect((await rita.send('post', '/saved-views', { name: 'Mine', view: '', shared: true })).status).toBe(403);
    expect((await rita.send('post', '/saved-views', { name: 'Mine', view: '' })).status).toBe(201);
    const reading = await programAs(app, 'alice', ['users:read']);
    expect((await reading.send('post', '/saved-views', { name: 'Not kept', view })).status).toBe(403);
    expect((await ask('delete /saved-views/{id}', path)).status).toBe(200);
    expect((await ask('get /saved-views/{id}', path)).status).toBe(404);
    expect(described.unseen('tags-and-views.test.ts')).toEqual([]);
  });
});
