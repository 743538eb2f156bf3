import { Agent } from 'node:http';
import supertest from 'supertest';
import type { Person } from '../../seeds/cast.ts';
import { PASSWORD, type TestApp } from './app.ts';

export type Fields = Record<string, string | string[]>;
export type Headers = Record<string, string>;

/** A browser without JavaScript: keeps cookies, sends forms with the token of the last page. */
export class Session {
  readonly agent: ReturnType<typeof supertest.agent>;
  private token = '';
  /** The page that the form of this token stands on. */
  private from = '';

  constructor(app: Pick<TestApp, 'url'>) {
    this.agent = supertest.agent(app.url);
    // What would be packed here is only unpacked again.
    this.agent.set('Accept-Encoding', 'identity');
    // As a browser does: a connection for each request is a third of what a small page takes.
    const connections = new Agent({ keepAlive: true });
    this.agent.use((request: { agent(agent: Agent): unknown }) => void request.agent(connections));
  }

  async get(path: string, headers: Headers = {}) {
    return this.keepToken(await this.agent.get(path).set(headers));
  }

  /** Sends a form. Methods other than POST go the way a browser sends them, by `_method`. */
  async send(method: 'post' | 'put' | 'patch' | 'delete', path: string, fields: Fields = {}, headers: Headers = {}) {
    const body = new URLSearchParams();
    const own = { _csrf: await this.formToken(), _from: this.from };
    const all: Fields = { ...own, ...(method === 'post' ? {} : { _method: method }), ...fields };
    for (const [name, value] of Object.entries(all)) for (const one of [value].flat()) body.append(name, one);
    const request = this.agent.post(path).set('Content-Type', 'application/x-www-form-urlencoded').set(headers);
    return this.keepToken(await request.send(body.toString()));
  }

  /** Sends a form with files, each a text; the fields stand before them. */
  async upload(path: string, fields: Fields, files: string | Buffer | (string | Buffer)[], headers: Headers = {}) {
    const request = this.agent.post(path).set(headers);
    for (const [name, value] of Object.entries({ _csrf: await this.formToken(), ...fields }))
      for (const one of [value].flat()) request.field(name, one);
    for (const file of [files].flat()) request.attach('file', Buffer.from(file), 'people.csv');
    return this.keepToken(await request);
  }

  post(path: string, fields: Fields = {}, headers: Headers = {}) {
    return this.send('post', path, fields, headers);
  }

  async signIn(identifier: string, password = PASSWORD) {
    this.token = '';
    this.tokenPage = '/session/new';
    const response = await this.post('/session', { identifier, password });
    if (response.status === 303) this.isIn();
    return response;
  }

  /** From now on the token is that of a page for signed-in people. */
  isIn(): void {
    this.token = '';
    this.tokenPage = '/credentials';
  }

  /** The token that forms of this browser carry. */
  async formToken(): Promise<string> {
    if (!this.token) await this.get(this.tokenPage);
    return this.token;
  }

  /** What the browser keeps under this name. */
  cookie(name: string): string | undefined {
    return this.agent.jar.getCookie(name, { domain: '127.0.0.1', path: '/', secure: false, script: false })?.value;
  }

  /** Closed and opened again: the session is gone, and what the browser keeps for longer stays. */
  reopen(): void {
    this.agent.jar.setCookie('roster=; Path=/', '127.0.0.1');
    this.token = '';
    this.tokenPage = '/session/new';
  }

  /** As a browser does whose owner clears what sites keep in it, but for the session. */
  forgetDevices(): void {
    this.agent.jar.setCookie('roster-devices=; Path=/', '127.0.0.1');
  }

  forgetToken(): void {
    this.token = '';
  }

  /** A page that was opened before is the last one again. */
  read(page: { text: string }): void {
    this.keepToken(page);
  }

  private tokenPage = '/session/new';

  private keepToken<T extends { text: string }>(response: T): T {
    // Read without parsing: the tests get many and large pages.
    const [, token, from] =
      (response.text &&
        /name="_csrf" value="([^"]+)">\s*<input type="hidden" name="_from" value="([^"]*)"/.exec(response.text)) ||
      [];
    if (token) Object.assign(this, { token, from: from.replaceAll('&amp;', '&') });
    return response;
  }
}

export async function signedIn(app: TestApp, person: Person): Promise<Session> {
  const session = new Session(app);
  const response = await session.signIn(person);
  if (response.status !== 303) throw new Error(`${person} could not sign in: ${response.status}`);
  return session;
}
