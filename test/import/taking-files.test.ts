import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { withUpload } from '../../src/import/pages/upload.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

describe('a file that is sent', () => {
  it.each([
    ['ends in its midst', 'Name,Email\r\na,a@x.example\r\n'],
    ['ends with half of its end', 'Name,Email\r\n--limit-'],
    ['has a part without a head behind it', 'Name,Email\r\n--limit\r\nx'],
  ])('is malformed where its form %s, and nothing is kept of it', async (_, content) => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/users/import');
    const part = (head: string, body: string) => `--limit\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}`;
    const form =
      part('name="_csrf"', `${await alice.formToken()}\r\n`) + part('name="file"; filename="a.csv"', content);
    const answer = await alice.agent
      .post('/users/imports')
      .set('Content-Type', 'multipart/form-data; boundary=limit')
      .send(form);
    expect([answer.status, pageOf(answer).textOf('main')]).toEqual([400, expect.stringContaining('malformed')]);
    expect(await app.db.read('imports')).toEqual([]);
  });

  it('and is lost before it is read is told in words, and what else goes wrong is not', async () => {
    const sent = () => ({ sent: { stream: Readable.from(['Name']), name: 'a.csv', isWhole: Promise.resolve() } });
    const taken = (work: (path: string) => Promise<unknown>) =>
      withUpload(sent() as unknown as Request, app.folder, ({ path }) => work(path));
    const lost = taken((path) => {
      rmSync(dirname(path), { recursive: true });
      return readFile(path);
    });
    await expect(lost).rejects.toMatchObject({ status: 503, message: expect.stringContaining('was lost') });
    const elsewhere = taken(() => readFile(join(app.folder, 'nowhere')));
    await expect(elsewhere).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
