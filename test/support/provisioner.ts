import supertest, { type Test } from 'supertest';
import type { Person } from '../../seeds/cast.ts';
import type { Scope } from '../../src/tokens/token.ts';
import type { TestApp } from './app.ts';
import { programAs } from './program.ts';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ACCESS = 'urn:roster:params:scim:schemas:extension:access:1.0:User';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Opens what an administrator may, and SCIM. */
const SCOPES: Scope[] = ['scim', 'contacts:write', 'audit:write', 'settings:write'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** An identity provider that keeps users and groups here in step, by a token of somebody. */
export class Provisioner {
  readonly app: TestApp;
  private readonly secret: string;

  constructor(app: TestApp, secret: string) {
    this.app = app;
    this.secret = secret;
  }

  ask(method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Test {
    const request = supertest(this.app.url)[method](`/scim/v2${path}`);
    request.set({ Authorization: `Bearer ${this.secret}`, ...headers });
    if (body === undefined) return request;
    return request.set('Content-Type', 'application/scim+json').send(JSON.stringify(body));
  }

  get(path: string): Test {
    return this.ask('get', path);
  }

  /** With a filter that needs no thought about how addresses are written. */
  find(kind: 'Users' | 'Groups', filter: string, more = ''): Test {
    return this.get(`/${kind}?filter=${encodeURIComponent(filter)}${more}`);
  }

  patch(path: string, ...operations: object[]): Test {
    return this.ask('patch', path, { schemas: [PATCH], Operations: operations });
  }

  async made(body: object): Promise<{ id: string; number: number }> {
    const { status, body: told } = await this.ask('post', '/Users', { schemas: [CORE], ...body });
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(told)}`);
    return { id: told.id, number: Number(told.id.split('-')[1]) };
  }

  async group(displayName: string, members: string[] = []): Promise<string> {
    const body = { displayName, members: members.map((value) => ({ value })) };
    const { status, body: told } = await this.ask('post', '/Groups', body);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(told)}`);
    return told.id;
  }
}

export async function provisionerAs(app: TestApp, person: Person = 'alice', scopes = SCOPES): Promise<Provisioner> {
  return new Provisioner(app, (await programAs(app, person, scopes)).secret);
}
