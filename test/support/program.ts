import supertest from 'supertest';
import type { Person } from '../../seeds/cast.ts';
import { hashOfSecret } from '../../src/access/secret-hash.ts';
import { instant } from '../../src/clock.ts';
import type { Scope } from '../../src/tokens/token.ts';
import { beginningOf, newSecret } from '../../src/tokens/token-secret.ts';
import type { TestApp } from './app.ts';

export const EVERY_SCOPE: Scope[] = [
  'users:write',
  'groups:write',
  'contacts:write',
  'audit:write',
  'settings:write',
  'check',
  'events:read',
  'metrics:read',
  'confirm',
];

/** A program that comes in as somebody, by a token of its own. */
export class Program {
  readonly app: TestApp;
  readonly secret: string;
  readonly tokenId: number;

  constructor(app: TestApp, tokenId: number, secret: string) {
    this.app = app;
    this.tokenId = tokenId;
    this.secret = secret;
  }

  ask(method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, headers: Record<string, string> = {}) {
    const request = supertest(this.app.url)[method](`/api/v1${path}`);
    return request.set({ Authorization: `Bearer ${this.secret}`, ...headers });
  }

  get(path: string) {
    return this.ask('get', path);
  }

  send(method: 'post' | 'patch' | 'put' | 'delete', path: string, body: object, headers: Record<string, string> = {}) {
    return this.ask(method, path, headers).send(body);
  }
}

/** With a token that ends in ninety days. */
export async function programAs(
  app: TestApp,
  person: Person,
  scopes: Scope[] = EVERY_SCOPE,
  addresses: string[] = [],
): Promise<Program> {
  const secret = newSecret();
  const now = app.clock.now();
  const [{ id }] = await app.db.write((trx) =>
    trx('tokens')
      .insert({
        user_id: app.people[person],
        name: 'test',
        beginning: beginningOf(secret),
        hash: hashOfSecret(secret),
        scopes: JSON.stringify(scopes),
        addresses: JSON.stringify(addresses),
        created_at: instant(now),
        expires_at: instant(now + 90 * 86_400_000),
      })
      .returning('id'),
  );
  return new Program(app, id, secret);
}
