import { randomInt } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** More connections at once than the server lets wait at its door would be refused before it knows of them. */
const CONNECTIONS = 400;

export interface Answer {
  status: number;
  /** Milliseconds, from the moment at which the request was sent. */
  took: number;
  retryAfter: string | undefined;
  /** The cookie by which the browser is a known device from now on. */
  deviceCookie: string | undefined;
}

/** A sign-in page that was opened: it can be sent any number of times, from any address, until it worked once. */
export class SignInForm {
  private static readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly url: string;
  private readonly cookie: string;
  private readonly token: string;

  private constructor(url: string, cookie: string, token: string) {
    this.url = url;
    this.cookie = cookie;
    this.token = token;
  }

  static async open(url: string): Promise<SignInForm> {
    const page = await fetch(`${url}/session/new`);
    const [cookie] = page.headers.getSetCookie();
    const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1];
    if (!token) throw new Error(`the sign-in page was answered with ${page.status}`);
    return new SignInForm(url, cookie.split(';')[0], token);
  }

  /** Sends it as if from an address of its own, so that the limit per address does not stand before what is tried. */
  async send(identifier: string, password: string, deviceCookie?: string): Promise<Answer> {
    const body = new URLSearchParams({ _csrf: this.token, identifier, password }).toString();
    let start = 0;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        `${this.url}/session`,
        {
          agent: SignInForm.agent,
          method: 'POST',
          headers: {
            cookie: deviceCookie ? `${this.cookie}; ${deviceCookie}` : this.cookie,
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': body.length,
            'x-forwarded-for': Array.from({ length: 4 }, () => randomInt(1, 255)).join('.'),
          },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.on('socket', () => {
        start = performance.now();
      });
      sent.end(body);
    });
    await text(response);
    return {
      status: response.statusCode!,
      took: performance.now() - start,
      retryAfter: response.headers['retry-after'],
      deviceCookie: response.headers['set-cookie']?.find((line) => line.startsWith('roster-devices='))?.split(';')[0],
    };
  }
}
