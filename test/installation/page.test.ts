import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

const TOKEN = 'a token of at least sixteen';
const SETTINGS = {
  SMTP_URL: 'smtp://user:sesame-street@127.0.0.1:9',
  MAIL_FROM: 'roster@example.com',
  METRICS_TOKEN: TOKEN,
};

let app: TestApp;
beforeEach(async () => {
  app = await startApp(SETTINGS);
});
afterEach(() => app.close());

describe('the page about this installation', () => {
  it('tells what whoever looks after it needs to know, and no secret', async () => {
    const alice = await signedIn(app, 'alice');
    const { status, text } = await alice.get('/installation');
    expect(status).toBe(200);
    for (const words of [app.db.place.name, 'smtp://127.0.0.1:9', 'SESSION_IDLE', process.versions.node])
      expect(text).toContain(words);
    const head = await app.db.read('audit_head').first();
    expect(text).toContain(head.hash.slice(0, 16));
    for (const secret of ['sesame-street', TOKEN, ...Object.values(app.config.secrets)])
      expect(text).not.toContain(secret);
  });

  it('is linked for those alone who may read it', async () => {
    expect((await (await signedIn(app, 'alice')).get('/menu')).text).toContain('href="/installation"');
    expect((await (await signedIn(app, 'bob')).get('/menu')).text).not.toContain('href="/installation"');
  });

  it('tells what became of a test mail, with the setting to look at', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/installation');
    await alice.post('/installation/test-mails', {});
    await app.context.mail!.round();
    expect((await alice.get('/installation')).text).toMatch(/Nothing takes mail at the host and port in SMTP_URL/);
  });
});

describe('a banner', () => {
  it('tells those who can mend it of mails that are stuck, and nobody else', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/installation');
    await alice.post('/installation/test-mails', {});
    await app.context.mail!.round();
    await app.context.troubles.look();
    expect((await alice.get('/users')).text).toContain('1 mail could not be sent yet');
    expect((await (await signedIn(app, 'bob')).get('/credentials')).text).not.toContain('could not be sent yet');
    await app.db.write((trx) => trx('outbox').delete());
    await app.context.troubles.look();
    expect((await alice.get('/users')).text).not.toContain('could not be sent yet');
  });

  it('tells at once that the disk takes nothing more, and why, and no longer than that', async () => {
    const { dataDir } = app.config;
    app.config.dataDir = '/dev/null';
    await app.context.troubles.look();
    expect(app.context.troubles.found[0]).toBe(
      'DATA_DIR takes nothing more: a part of the path is a file. Until that is mended nothing can be changed and nobody new can sign in.',
    );
    const alice = await signedIn(app, 'alice');
    expect(pageOf(await alice.get('/users')).textOf('#troubles')).toContain('DATA_DIR takes nothing more');
    // Nothing looks for trouble in between.
    app.config.dataDir = dataDir;
    expect(pageOf(await alice.get('/users')).textOf('#troubles')).toBe('');
  });

  it('tells that the clocks of program and database differ, which several processes go by', async () => {
    await app.context.troubles.look();
    expect(app.context.troubles.found).toEqual([]);
    Object.assign(app.db, { now: async () => Date.now() - 90_000 });
    await app.context.troubles.look();
    expect(app.context.troubles.found).toEqual([
      'The clock of this machine is 90 seconds ahead of that of the database: set both by a time server.',
    ]);
  });

  it('tells why there is no backup', async () => {
    const { jobs, troubles } = app.context;
    const run = async () => {
      throw new Error('the disk is elsewhere');
    };
    jobs.start([{ name: 'Daily backup', firstAfter: 0, every: 60_000, run }]);
    for (let n = 0; n < 100 && !jobs.list()[0].problem; n++) await new Promise((resolve) => setTimeout(resolve, 5));
    jobs.stop();
    await troubles.look();
    expect(troubles.found).toEqual(['There is no backup of today: the disk is elsewhere']);
    expect(app.log.join('')).toContain('a job failed');
  });
});

describe('/metrics', () => {
  it('is there for who has the token, and for nobody else', async () => {
    await new Session(app).get('/session/new');
    const ask = (header?: string) => {
      const request = supertest(app.url).get('/metrics');
      return header === undefined ? request : request.set('Authorization', header);
    };
    const { status, text } = await ask(`Bearer ${TOKEN}`);
    expect(status).toBe(200);
    expect(text).toMatch(/roster_request_seconds_count\{method="GET",status="200"\} 1/);
    expect(text).toMatch(/roster_database_bytes \d{5,}/);
    expect(text).toMatch(/roster_mails_stuck 0/);
    for (const header of [undefined, '', 'Bearer', `Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`])
      expect((await ask(header)).status).toBe(404);
    const alice = await signedIn(app, 'alice');
    expect((await alice.get('/metrics')).status).toBe(404);
  });
});
