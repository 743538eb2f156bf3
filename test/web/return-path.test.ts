import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { safePath } from '../../src/web/safe-path.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { Session } from '../support/session.ts';

const OURS = 'https://roster.example';

/** Where a browser on a page of ours would go. */
function leadsTo(location: string): string {
  return new URL(location, `${OURS}/session`).origin;
}

const EVIL = [
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '/\\/evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/./\\evil.example',
  '/..//evil.example',
  '/users/..//evil.example',
  '/users/../\\evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  '/x/%2e%2E//evil.example/y?z',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n//evil.example',
  'https://evil.example',
  'https:evil.example',
  'https:/evil.example',
  'http:\\\\evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'evil.example',
  '@evil.example',
  ' //evil.example',
  '/ /evil.example'.replace(' ', ''),
  '\u0000//evil.example',
  '\u2028//evil.example',
  '?//evil.example',
  '#//evil.example',
  '',
  '.',
  '..//evil.example',
];

describe('the way back after a sign-in', () => {
  it.each(EVIL)('never leads elsewhere: %j (R74)', (next) => {
    const path = safePath(next);
    if (path !== undefined) {
      expect(leadsTo(path)).toBe(OURS);
      // Nor does what is left of it, read once more.
      expect(leadsTo(new URL(path, OURS).pathname)).toBe(OURS);
    }
  });

  it('never leads elsewhere, whatever is put together (R74)', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '//',
      ':',
      '@',
      '?',
      '#',
      'evil.example',
      'users',
      '\t',
      '\n',
      ' ',
      '\u00ad',
      '。',
      'https:',
      'javascript:',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 9 }), fc.boolean(), (pieces, absolute) => {
        const path = safePath((absolute ? '/' : '') + pieces.join(''));
        if (path !== undefined) {
          expect(path).toMatch(/^\/(?![/\\])/);
          expect(leadsTo(path)).toBe(OURS);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['/users', '/users'],
    ['/users?q=a%20b&sort=-name&tag=1&tag=2', '/users?q=a%20b&sort=-name&tag=1&tag=2'],
    ['/users/12/edit', '/users/12/edit'],
    ['/users?q=//x', '/users?q=//x'],
    ['/users?q=müller', '/users?q=m%C3%BCller'],
    ['/', '/'],
  ])('leads where it should: %s', (next, path) => {
    expect(safePath(next)).toBe(path);
  });

  it.each([[undefined], [null], [['/users', '/x']], [{ 0: '/users' }], [12], [`/${'x'.repeat(8_001)}`]])(
    'is no way where it is no address: %j',
    (next) => {
      expect(safePath(next)).toBeUndefined();
    },
  );

  describe('on the page', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startApp();
    });
    afterAll(() => app.close());

    it('is checked when it comes and when it is sent (R74)', async () => {
      for (const next of EVIL) {
        const session = new Session(app);
        const page = pageOf(await session.get(`/session/new?next=${encodeURIComponent(next)}`));
        expect([next, leadsTo(String(page.typed().next))]).toEqual([next, OURS]);
        expect(page.$('input[name=next]').length).toBe(1);
        if (/[/\\.]evil/.test(next)) {
          const answer = await session.post('/session', { identifier: 'bob', password: PASSWORD, next });
          expect([next, answer.status, leadsTo(answer.headers.location)]).toEqual([next, 303, OURS]);
        }
      }
    });

    it('comes with the reason why somebody is asked to sign in, until they tried', async () => {
      const session = new Session(app);
      const asked = /your session has ended/;
      expect((await session.get('/session/new')).text).not.toMatch(asked);
      expect((await session.get('/session/new?next=%2Fusers%3Fq%3Da')).text).toMatch(asked);
      expect((await session.post('/session', { identifier: 'bob', password: 'x', next: '/users' })).text).not.toMatch(
        asked,
      );
    });

    it('stays on this server where the address that was asked for is hostile itself (R74)', async () => {
      for (const path of ['//evil.example/', '//evil.example/users', '/\\evil.example', '/.//evil.example']) {
        const sent = await new Session(app).get(path);
        if (sent.status !== 303) continue;
        const page = pageOf(await new Session(app).get(sent.headers.location));
        expect([path, leadsTo(sent.headers.location), leadsTo(String(page.typed().next))]).toEqual([path, OURS, OURS]);
      }
    });

    it('is not kept for htmx: it is told to load the sign-in page as a whole (R74)', async () => {
      const answer = await new Session(app).get('/users?x=//evil.example', { 'HX-Request': 'true' });
      expect([answer.status, answer.headers['hx-redirect']]).toEqual([401, '/session/new']);
    });
  });
});
