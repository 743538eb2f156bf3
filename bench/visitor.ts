import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Administrator } from './data.ts';

/** Somebody at a browser: keeps the cookie, sends the sign-in form, loads what a page refers to. */
export class Visitor {
  cookie = '';
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Signs in and returns how many milliseconds the answer to the form took. */
  async signIn({ name, password }: Administrator): Promise<number> {
    this.cookie = '';
    const { token } = await this.signInForm();
    const body = new URLSearchParams({ _csrf: token, identifier: name, password });
    const start = performance.now();
    const response = await this.fetch('/session', { method: 'POST', body });
    const took = performance.now() - start;
    if (response.status !== 303) throw new Error(`signing in was answered with ${response.status}`);
    return took;
  }

  /** The same browser at a server that was started again, on another port: the cookie is called after that. */
  at(url: string): Visitor {
    const moved = new Visitor(url);
    moved.cookie = this.cookie.replace(/^(\w+-)\d+=/, `$1${new URL(url).port}=`);
    return moved;
  }

  /** How many milliseconds a page takes. */
  async timeOf(path: string): Promise<number> {
    const start = performance.now();
    await this.textOf(path);
    return performance.now() - start;
  }

  /** What a form of this browser has to send. */
  async signInForm(): Promise<{ cookie: string; token: string }> {
    const html = await (await this.fetch('/session/new')).text();
    return { cookie: this.cookie, token: tokenIn(html) };
  }

  /** Comes back until the list has its numbers. */
  async waitForCounts(path = '/users'): Promise<void> {
    while ((await this.textOf(path)).includes('Counting …')) await sleep(100);
  }

  /** Comes back until it is known what a large operation would come to. */
  async waitForSheet(path: string): Promise<void> {
    while (!(await this.textOf(path)).includes('id="sheet"')) await sleep(100);
  }

  /** Bytes of a page before it is compressed. */
  async markupOf(path: string): Promise<number> {
    return Buffer.byteLength(await this.textOf(path));
  }

  /** Of all links in a page that lead to the same one otherwise asked for, from the question mark on. */
  async queriesIn(path: string): Promise<Set<string>> {
    const hrefs = (await this.textOf(path)).matchAll(/ href="([^"?]*)(\?[^"]+)"/g);
    return new Set(
      [...hrefs].flatMap(([, to, query]) => (to === '' || to === path ? query.replaceAll('&amp;', '&') : [])),
    );
  }

  private async textOf(path: string): Promise<string> {
    const response = await this.fetch(path);
    if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}`);
    return response.text();
  }

  /** The address of the sheet that says what this would do. */
  async sheetOf(subject: string, action: string, ids: number[]): Promise<string> {
    const _csrf = tokenIn(await (await this.fetch('/credentials')).text());
    const body = new URLSearchParams({ _csrf, subject, action, ids: ids.join(',') });
    const sheet = (await this.fetch('/bulk-operations', { method: 'POST', body })).headers.get('location');
    if (!sheet) throw new Error('the bulk operation has no sheet');
    return sheet;
  }

  /** Ticks these users, opens the sheet and confirms it; returns how many milliseconds the change itself took. */
  async confirmAccessOf(ids: number[]): Promise<number> {
    return this.execute(await this.sheetOf('user', 'confirm-access', ids));
  }

  /** Confirms a sheet; returns how many milliseconds the answer took. */
  async execute(sheet: string): Promise<number> {
    const _csrf = tokenIn(await (await this.fetch('/credentials')).text());
    const start = performance.now();
    const done = await this.fetch(`${sheet}/execution`, { method: 'POST', body: new URLSearchParams({ _csrf }) });
    const took = performance.now() - start;
    if (done.status !== 303) throw new Error(`the bulk operation was answered with ${done.status}`);
    return took;
  }

  /** Bytes on the wire of the page and of all that it loads, compressed where the server compresses. */
  async weightOf(path: string): Promise<number> {
    const page = await this.bytes(path);
    const found = page.text.matchAll(/<(?:link|script)[^>]+(?:href|src)="(\/assets\/[^"]+)"/g);
    const parts = await Promise.all([...found].map(([, asset]) => this.bytes(asset)));
    return parts.reduce((sum, part) => sum + part.weight, page.weight);
  }

  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.url + path, { ...init, redirect: 'manual', headers: { cookie: this.cookie } });
    // The session's alone: nothing that is measured is a second sign-in of one browser.
    const set = response.headers.getSetCookie().find((line) => /^(?:__Host-)?roster(?:-\d+)?=/.test(line));
    if (set) this.cookie = set.split(';')[0];
    return response;
  }

  /** Not by fetch, which says nothing of the size before decompression. */
  private bytes(path: string): Promise<{ text: string; weight: number }> {
    return new Promise((resolve, reject) => {
      const headers = { cookie: this.cookie, 'accept-encoding': 'gzip' };
      request(this.url + path, { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          const isPacked = response.headers['content-encoding'] === 'gzip';
          resolve({ text: (isPacked ? gunzipSync(body) : body).toString(), weight: body.length });
        });
      })
        .on('error', reject)
        .end();
    });
  }
}

function tokenIn(html: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
}
