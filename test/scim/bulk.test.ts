import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';

let app: TestApp;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000', SCIM_MEGABYTES: '1' });
  idp = await provisionerAs(app);
});
afterAll(() => app.close());

const bulk = (Operations: unknown, more: object = {}) =>
  idp.ask('post', '/Bulk', { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations, ...more });
const user = (userName: string, bulkId = userName) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName, emails: [{ value: `${userName}@corp.example` }] },
});
const statuses = ({ body }: { body: { Operations: { status: string }[] } }) =>
  body.Operations.map(({ status }) => status);

describe('many requests in one', () => {
  it('are each done, in an order in which what one makes is there for those that name it', async () => {
    const done = await bulk([
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'g',
        data: { displayName: 'Crew', members: [{ value: 'bulkId:ann' }] },
      },
      user('ann'),
      {
        method: 'PATCH',
        path: '/Users/bulkId:ann',
        data: { Operations: [{ op: 'add', path: 'title', value: 'Chef' }] },
      },
    ]);
    expect([done.status, statuses(done)]).toEqual([200, ['201', '201', '200']]);
    const [group, ann] = done.body.Operations;
    expect(group).toMatchObject({ method: 'POST', bulkId: 'g', location: expect.stringContaining('/Groups/group-') });
    expect(ann.version).toMatch(/^W\//);
    const { body } = await idp.find('Users', 'userName eq "ann"');
    expect(body.Resources).toMatchObject([{ title: 'Chef', groups: [{ display: 'Crew' }] }]);
    const id = body.Resources[0].id;
    const stale = await bulk([
      { method: 'DELETE', path: `/Users/${id}`, version: 'W/"0.0"' },
      { method: 'DELETE', path: `/Users/${id}` },
    ]);
    expect(statuses(stale)).toEqual(['412', '204']);
  });

  it('are refused one by one, with the reason, and not beyond as many as were said', async () => {
    const tried = await bulk([
      user('ben'),
      user('BEN', 'twice'),
      { method: 'POST', path: '/Users', bulkId: 'bare', data: { userName: 'bare' } },
      { method: 'PATCH', path: '/Users/bulkId:nobody', data: { Operations: [{ op: 'remove', path: 'title' }] } },
      { method: 'DELETE', path: '/Users/user-99999' },
      { method: 'POST', path: '/Bulk', bulkId: 'b', data: {} },
    ]);
    expect(statuses(tried)).toEqual(['201', '409', '400', '409', '404', '400']);
    expect(tried.body.Operations[1].response).toMatchObject({ scimType: 'uniqueness', status: '409' });
    const stopped = await bulk([user('BEN', 'a'), user('cleo'), user('BEN', 'c'), user('dora')], { failOnErrors: 2 });
    expect(statuses(stopped)).toEqual(['409', '201', '409']);
    expect((await idp.find('Users', 'userName eq "dora"')).body.totalResults).toBe(0);
  });

  it('wait for each other in vain where they go in a circle', async () => {
    const circle = (bulkId: string, of: string) => ({
      ...user(bulkId),
      data: {
        ...user(bulkId).data,
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: `bulkId:${of}` } },
      },
    });
    expect(statuses(await bulk([circle('x', 'y'), circle('y', 'x')]))).toEqual(['409', '409']);
  });

  it('are too many at some number, and too large at some size (R80)', async () => {
    expect((await bulk(Array.from({ length: 101 }, (_, n) => user(`u${n}`)))).status).toBe(413);
    const large = { ...user('large'), data: { userName: 'x'.repeat(1_100_000) } };
    const answer = await bulk([large]);
    expect([answer.status, answer.body.status]).toEqual([413, '413']);
    for (const wrong of [
      undefined,
      [],
      'x',
      [1],
      [{ method: 'GET', path: '/Users' }],
      [{ method: 'POST', path: '/Users' }],
      [{ method: 'PUT', path: 7 }],
    ])
      expect([wrong, (await bulk(wrong)).status]).toEqual([wrong, 400]);
    expect((await bulk([user('z')], { failOnErrors: 'many' })).status).toBe(400);
  });
});
