import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unpack } from '../../bin/executable/unpack.ts';

const PARTS = new Map([
  ['program/program.mjs', Buffer.from('export {};')],
  ['views/a.ejs', Buffer.from('<p>')],
]);

let folder: string;
let place: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-unpack-'));
  place = join(folder, 'cache/roster');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function textOf(unpacked: string, path = 'program/program.mjs'): string {
  return readFileSync(join(unpacked, path), 'utf8');
}

it('puts each part at its path, for this user alone, and leaves nothing else', () => {
  const unpacked = unpack(PARTS, [place]);
  expect(textOf(unpacked)).toBe('export {};');
  expect(textOf(unpacked, 'views/a.ejs')).toBe('<p>');
  expect(statSync(place).mode & 0o777).toBe(0o700);
  expect(statSync(unpacked).mode & 0o777).toBe(0o700);
  expect(readdirSync(place)).toHaveLength(1);
});

it('writes nothing where all is there', () => {
  const unpacked = unpack(PARTS, [place]);
  const { ino } = statSync(join(unpacked, 'views/a.ejs'));
  expect(unpack(PARTS, [place])).toBe(unpacked);
  expect(statSync(join(unpacked, 'views/a.ejs')).ino).toBe(ino);
});

it('keeps the parts of each version apart', () => {
  const unpacked = unpack(PARTS, [place]);
  const next = unpack(new Map([...PARTS, ['views/b.ejs', Buffer.from('<b>')]]), [place]);
  expect(next).not.toBe(unpacked);
  expect(existsSync(unpacked)).toBe(true);
});

describe('what lies there already is put right', () => {
  it.each([
    ['altered', (unpacked: string) => writeFileSync(join(unpacked, 'program/program.mjs'), 'export { };')],
    ['cut off', (unpacked: string) => writeFileSync(join(unpacked, 'program/program.mjs'), 'exp')],
    ['missing', (unpacked: string) => rmSync(join(unpacked, 'views'), { recursive: true })],
    ['one too many', (unpacked: string) => writeFileSync(join(unpacked, 'program/package.json'), '{}')],
    [
      'a link to a folder',
      (unpacked: string) => {
        renameSync(join(unpacked, 'views'), join(folder, 'elsewhere'));
        symlinkSync(join(folder, 'elsewhere'), join(unpacked, 'views'));
      },
    ],
    [
      'a link to a file',
      (unpacked: string) => {
        renameSync(join(unpacked, 'views/a.ejs'), join(folder, 'a.ejs'));
        symlinkSync(join(folder, 'a.ejs'), join(unpacked, 'views/a.ejs'));
      },
    ],
  ])('%s', (_, spoil) => {
    const unpacked = unpack(PARTS, [place]);
    spoil(unpacked);
    expect(unpack(PARTS, [place])).toBe(unpacked);
    expect(textOf(unpacked)).toBe('export {};');
    expect(readdirSync(unpacked, { recursive: true }).sort()).toEqual([
      'program',
      'program/program.mjs',
      'views',
      'views/a.ejs',
    ]);
    expect(lstatSync(join(unpacked, 'views')).isDirectory()).toBe(true);
    expect(lstatSync(join(unpacked, 'views/a.ejs')).isFile()).toBe(true);
    expect(readdirSync(place)).toHaveLength(1);
  });
});

it('takes a place that others may write to for itself', () => {
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o777);
  unpack(PARTS, [place]);
  expect(statSync(place).mode & 0o777).toBe(0o700);
});

it('goes on to the next place where one is a link, or no folder', () => {
  symlinkSync(folder, join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  const unpacked = unpack(PARTS, [join(folder, 'link'), join(folder, 'file/below'), place]);
  expect(unpacked.startsWith(place)).toBe(true);
});

it('says why where no place will do', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => unpack(PARTS, [join(folder, 'file/below')])).toThrow(/no place for the files.*file/);
});
