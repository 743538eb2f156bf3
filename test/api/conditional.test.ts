import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isKnown, tagsIn } from '../../src/web/entity-tag.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { programAs } from '../support/program.ts';
import { provisionerAs } from '../support/provisioner.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
});
afterAll(() => app.close());

describe('a header of ETags', () => {
  const read = (header: string) => {
    const tags = tagsIn(header, 'If-Match');
    return tags === 'any' ? tags : tags.map(({ isWeak, text }) => `${isWeak ? 'W/' : ''}${text}`);
  };

  it.each([
    [' * ', 'any'],
    ['"5"', ['5']],
    ['"5", W/"6" ,"7"', ['5', 'W/6', '7']],
    ['"a,b","c"', ['a,b', 'c']],
    [', ,"5",,', ['5']],
    ['""', ['']],
  ])('%s', (header, tags) => {
    expect(read(header)).toEqual(tags);
  });

  it.each([
    '',
    ' ',
    ',',
    '5',
    'W/5',
    'w/"5"',
    '"5',
    '"5""6"',
    '"5" "6"',
    '*, "5"',
    '"5", *',
    '"a b"',
    `"${'x,'.repeat(8_000)}`,
  ])('is none as %s', (header) => {
    expect(() => read(header)).toThrow(/If-Match is \*/);
  });

  it('is compared weakly for who reads', () => {
    expect(['W/"5"', '"5"', '*', '"4", "5"'].map((header) => isKnown(header, 'W/"5"'))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['"4"', undefined].map((header) => isKnown(header, '"5"'))).toEqual([false, false]);
  });
});

it('of REST names the version and all that is told: any of a list will do for a change, and weak ones for none', async () => {
  const program = await programAs(app, 'alice');
  const path = `/users/${app.people.bob}`;
  const read = (etag?: string) => program.ask('get', path, etag ? { 'If-None-Match': etag } : {});
  const change = (etag: string, description: string) =>
    program.ask('patch', path, { 'If-Match': etag }).send({ description });
  const { headers, body } = await read();
  const { etag } = headers;
  expect(etag).toMatch(/^"\d+\.[\w-]{12}"$/);
  for (const header of [etag, '*', `"x", W/${etag}`]) {
    const same = await read(header);
    expect([header, same.status, same.text, same.headers.etag]).toEqual([header, 304, '', etag]);
  }
  for (const header of [`"${body.version}"`, '"x"']) expect((await read(header)).status).toBe(200);
  for (const header of ['5', '"5', ',']) {
    const wrong = [await read(header), await program.ask('patch', path, { 'If-Match': header }).send({})];
    for (const { status, body } of wrong)
      expect([header, status, body.detail]).toEqual([header, 400, expect.any(String)]);
  }
  // What is not of the record is told with it: a change of it is none to whoever changes the record.
  const last_login_at = '2026-11-20T12:00:00.000Z';
  await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ last_login_at }));
  expect((await read(etag)).status).toBe(200);
  expect((await change(`W/${etag}`, 'weak')).status).toBe(412);
  expect((await change('"x"', 'none')).status).toBe(412);
  expect((await change('"997", "998"', 'neither')).status).toBe(412);
  const changed = await change(`"997", ${etag}`, 'one of them');
  expect([changed.status, changed.body.description]).toEqual([200, 'one of them']);
  expect((await read(changed.headers.etag)).status).toBe(304);
  expect((await change(`"997", ${etag}`, 'late')).status).toBe(412);
  expect((await change(`"${changed.body.version}"`, 'by the version alone')).status).toBe(200);
});

it('of SCIM is weak, and will do for a change as its standard has it', async () => {
  const idp = await provisionerAs(app);
  const { id } = await idp.made({ userName: 'nora', emails: [{ value: 'nora@corp.example' }] });
  const read = (etag: string) => idp.ask('get', `/Users/${id}`, undefined, { 'If-None-Match': etag });
  const { headers, body } = await idp.get(`/Users/${id}`);
  const { etag } = headers;
  expect([etag, body.meta.version]).toEqual([expect.stringMatching(/^W\/"\d+\.\d+\.[\w-]{12}"$/), etag]);
  for (const header of [etag, '*', `"x", ${etag.slice(2)}`]) expect((await read(header)).status).toBe(304);
  const group = await idp.group('Crew', [id]);
  expect((await read(etag)).status).toBe(200);
  const joined = (await idp.get(`/Users/${id}`)).headers.etag;
  const title = { Operations: [{ op: 'add', path: 'title', value: 'x' }] };
  const change = (ifMatch: string) => idp.ask('patch', `/Users/${id}`, title, { 'If-Match': ifMatch });
  const wrong = await change('nonsense');
  expect([wrong.status, wrong.body.scimType]).toEqual([400, 'invalidSyntax']);
  expect((await change('W/"9.9", "9.8"')).status).toBe(412);
  expect((await change(`"9.9", ${joined}`)).status).toBe(200);
  expect((await change(joined)).status).toBe(412);
  expect((await change('*')).status).toBe(200);
  const before = (await idp.get(`/Groups/${group}`)).headers.etag;
  const out = { op: 'remove', path: `members[value eq "${id}"]` };
  expect((await idp.patch(`/Groups/${group}`, out)).status).toBe(200);
  const after = await idp.ask('get', `/Groups/${group}`, undefined, { 'If-None-Match': before });
  expect([after.status, after.headers.etag]).toEqual([200, expect.not.stringContaining(before)]);
});
