import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { renderView } from '../../src/text/view.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

/** Letters of one to four bytes, the last of which reads as a space where bytes are taken for letters. */
const NAME = 'Zoë <日本> 😀 voilà';
const SHOWN = 'Zoë &lt;日本&gt; 😀 voilà';

describe('a page on its way out', () => {
  let app: TestApp;
  let cookie: string;

  beforeAll(async () => {
    app = await startApp();
    await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ name: NAME }));
    const alice = await signedIn(app, 'alice');
    cookie = `roster=${alice.cookie('roster')}`;
  });
  afterAll(() => app.close());

  async function bytesOf(headers: Record<string, string>): Promise<{ bytes: Buffer; answer: Response }> {
    const answer = await fetch(`${app.url}/users`, { headers: { cookie, ...headers } });
    return { bytes: Buffer.from(await answer.arrayBuffer()), answer };
  }

  it('is in UTF-8, as long as it says', async () => {
    const { bytes, answer } = await bytesOf({ 'accept-encoding': 'identity' });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    const text = bytes.toString();
    expect(Buffer.from(text)).toEqual(bytes);
    expect(text).toContain(SHOWN);
    expect(text).toContain('User Management · ');
    expect(text).toContain('</html>');
  });

  it('is the same packed', async () => {
    const { bytes } = await bytesOf({ 'accept-encoding': 'identity' });
    const packed = await bytesOf({ 'accept-encoding': 'gzip' });
    expect(packed.answer.headers.get('content-encoding')).toBe('gzip');
    const withoutToken = (text: string) => text.replaceAll(/name="_csrf" value="[^"]+"/g, '');
    expect(withoutToken(packed.bytes.toString())).toBe(withoutToken(bytes.toString()));
  });

  it.each(['/api/v1/openapi.json', '/scim/v2/Schemas'])('is packed for programs as well: %s', async (path) => {
    const { secret } = await programAs(app, 'alice', ['scim', 'users:write']);
    const answer = await fetch(`${app.url}${path}`, {
      headers: { authorization: `Bearer ${secret}`, 'accept-encoding': 'gzip' },
    });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    expect(await answer.json()).toBeTruthy();
  });

  it('is not sent where only its heads are asked for', async () => {
    const answer = await fetch(`${app.url}/users`, { method: 'HEAD', headers: { cookie } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });

  it('is a text where it becomes a mail', () => {
    const message = { subject: NAME, greeting: NAME, paragraphs: [NAME], closing: [] };
    const text = renderView('mail/message', { message, instanceName: 'Rosterà', baseUrl: 'https://roster.example' });
    expect(text).toContain(SHOWN);
    expect(text).toContain('Rosterà');
  });
});
