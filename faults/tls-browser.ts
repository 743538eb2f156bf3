import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A browser in a few lines that looks up no names: it trusts one certificate, and keeps its cookies. */
export class TlsBrowser {
  private readonly cookies = new Map<string, string>();
  private token = '';
  private readonly name: string;
  private readonly port: number;
  private readonly certificate: string;

  constructor(name: string, port: number, certificate: string) {
    this.name = name;
    this.port = port;
    this.certificate = certificate;
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.send('POST', path, new URLSearchParams({ _csrf: this.token, ...fields }).toString());
  }

  private async send(method: string, path: string, body = ''): Promise<Answer> {
    const headers = {
      host: `${this.name}:${this.port}`,
      cookie: [...this.cookies.values()].join('; '),
      // As somebody who would like to be taken for another.
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }),
    };
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const of = { host: '127.0.0.1', port: this.port, servername: this.name, ca: this.certificate };
      request({ ...of, agent: false, method, path, headers }, resolve)
        .on('error', reject)
        .end(body);
    });
    for (const line of response.headers['set-cookie'] ?? []) {
      const [cookie] = line.split(';');
      this.cookies.set(cookie.split('=')[0], cookie);
    }
    const page = await text(response);
    this.token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? this.token;
    return { status: response.statusCode!, headers: response.headers, body: page };
  }
}
