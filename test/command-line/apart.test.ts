import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../../src/command-line/commands/commands.ts';
import { REMOTE } from '../../src/command-line/remote/remote-commands.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { begun, pausedAtOnce } from '../support/begun.ts';
import { type CommandOutcome, rosterApart, rosterBeside } from '../support/command-line.ts';
import { deletedLongAgo } from '../support/erasure.ts';
import { programAs } from '../support/program.ts';

/** In this order: a server whose clock stands still answers nobody once a command has written. `FOLDER` and `ADDRESS` stand for its own, `BEGUN` for an operation that is paused. */
const EXAMPLES: Record<string, string> = {
  users: 'list --address ADDRESS --token-file FOLDER/token',
  groups: 'list --address ADDRESS --token-file FOLDER/token',
  bulk: 'list --address ADDRESS --token-file FOLDER/token',
  'create-administrator': 'grace grace@example.com',
  'list-administrators': '',
  unlock: 'erin',
  'reset-password-link': 'bob',
  'reset-second-factor': 'alice',
  invite: 'carol',
  deactivate: 'lena --hand-over-to ada',
  erase: 'dave --yes',
  'create-api-user': 'stock --reason stock --owner alice --review 2036-05-31',
  'create-token': 'stock --scope users:read --days 30',
  export: 'users',
  import: 'users FOLDER/people.csv --apply',
  operate: 'add-tag bob --value tag=night --apply',
  apply: 'FOLDER/house.yaml --apply',
  operations: '',
  undo: '2',
  resume: 'BEGUN',
  pause: 'BEGUN',
  cancel: 'BEGUN',
  idle: '',
  'verify-audit': '',
};

let here: TestApp;
let apart: TestApp;
/** Of both: they do the same from the beginning. */
let paused: number;
beforeAll(async () => {
  [here, apart] = [await startApp(), await startApp()];
  for (const app of [here, apart]) {
    await deletedLongAgo(app, 'dave');
    await app.context.operations.stop();
    paused = await begun(app, 'alice', 'add-tag', [app.people.bob, app.people.carol], { choices: { tag: 'late' } });
    await pausedAtOnce(app, paused);
    writeFileSync(join(app.folder, 'people.csv'), 'Name,Email\nnora,nora@example.com\n');
    writeFileSync(join(app.folder, 'house.yaml'), 'groups:\n  - name: Support\n    description: Helps\n');
    writeFileSync(join(app.folder, 'token'), (await programAs(app, 'alice')).secret);
  }
});
afterAll(async () => {
  await here.close();
  await apart.close();
});

const wordsFor = ({ folder, url }: TestApp, line: string) =>
  line
    .split(' ')
    .map((word) => word.replace('FOLDER', folder).replace('ADDRESS', url).replace('BEGUN', String(paused)));

/** Without what differs between two that do the same: places, moments and what is secret. */
function comparable({ code, output }: CommandOutcome, { folder, url }: TestApp) {
  const same = output
    .replaceAll(folder, 'FOLDER')
    .replaceAll(url, 'ADDRESS')
    .replace(/\/(invitations|passwords)\/\S+|roster_\S+|\b[a-z]{16}(?=:)/g, 'SECRET')
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?|\d?\d:\d\d\b/g, 'MOMENT');
  return { code, output: same };
}

/** Almost all tests run commands in the process that runs the tests. */
describe('a command in a process of its own', () => {
  it('is tried below, each that there is', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(Object.keys({ ...COMMANDS, ...REMOTE }).toSorted());
  });

  it.each(Object.entries(EXAMPLES))('says and answers what it does here: %s', async (name, line) => {
    const words = (app: TestApp) => wordsFor(app, `${name} ${line}`.trim());
    const said = comparable(await rosterApart(apart, words(apart)), apart);
    expect(said).toEqual(comparable(await rosterBeside(here, words(here)), here));
    expect(said).toEqual({ code: 0, output: expect.any(String) });
  });
});
