import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COLUMNS } from '../../src/import/columns.ts';
import { UnreadableFile } from '../../src/import/encoding.ts';
import { FileReader, type RawLine } from '../../src/import/file-reader.ts';
import { importedRow } from '../../src/import/imported-row.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-shapes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(text: string | Uint8Array): Promise<{ reader: FileReader; lines: RawLine[]; sizes: number[] }> {
  writeFileSync(join(folder, 'in'), text);
  const reader = new FileReader(join(folder, 'in'), 100_000, COLUMNS.users);
  const lines: RawLine[] = [];
  const sizes: number[] = [];
  for await (const piece of reader.pieces()) {
    lines.push(...piece);
    sizes.push(JSON.stringify(piece).length);
  }
  return { reader, lines, sizes };
}

async function rows(text: string) {
  const { reader, lines } = await read(text);
  const meanings = COLUMNS.users.meaningsOf(reader.heads);
  return lines.map((line) => importedRow(line, meanings, COLUMNS.users));
}

const MARK = 'bdfhjklmnpqrstvw';

describe('a file as spreadsheet programs write it', () => {
  it.each([
    ['in the first', '"Name\n(login)";Email;Room\na;a@x.example;1\n'],
    ['in the first, as Windows ends lines', '"E-Mail\r\nAdresse";Name;"Room\r\nSeat"\r\na@x.example;a;1\r\n'],
    ['in all of them', '"Nr\n1";"User\nname";"E-\nMail";"Room"\n1;a;a@x.example;1\n'],
    [
      'in a title above, with as many lines as quotes',
      '"Colleagues\n""all""";;\n;;\nName;Email;Room\na;a@x.example;1\n',
    ],
    ['nowhere, but a quote that nothing closes', 'Screens of 24";;\nName;Email;Room\na;a@x.example;1\n'],
  ])('has heads with line ends: %s', async (_, text) => {
    const [row, ...more] = await rows(text);
    expect([row.values.name, row.values.email, row.mistake, more]).toEqual(['a', 'a@x.example', undefined, []]);
  });

  it('says of each line where it begins, whatever line ends stand in its cells', async () => {
    const ends = ['\n', '\r\n', '\r'];
    for (const end of ends)
      for (const within of ends) {
        const cell = `"${['one', 'two', 'three'].join(within)}"`;
        const text = [
          'Title',
          '',
          'Name,Email,Note',
          `a,a@x.example,${cell}`,
          'b,b@x.example,',
          `c,c@x.example,${cell}`,
        ];
        const { lines } = await read([...text, 'd,d@x.example,'].join(end));
        expect([end, within, lines.map(({ line }) => line)]).toEqual([end, within, [4, 7, 8, 11]]);
      }
  });

  it('has as many empty cells as its widest row ever had, and rows without anything', async () => {
    const empty = ';'.repeat(16_382);
    const { reader, lines } = await read(
      `Name;Email${empty}\na;a@x.example${empty}\n${`;${empty}\n`.repeat(300)}b;b@x.example\n`,
    );
    expect(reader.heads).toEqual(['Name', 'Email']);
    expect(lines).toEqual([
      { line: 2, cells: ['a', 'a@x.example'] },
      { line: 303, cells: ['b', 'b@x.example'] },
    ]);
  });

  it('may begin with letters with which packed files begin as well', async () => {
    expect((await rows('PKW;Name;Email\n1;a;a@x.example\n'))[0].values.name).toBe('a');
    for (const packed of ['PK\x03\x04\x14\x00', 'PK\x05\x06\x00\x00'])
      await expect(read(packed)).rejects.toThrow('save it as CSV');
  });

  it('is known by what stands between its cells, where that is found again', async () => {
    const separatorOf = async (text: string) => (await read(text)).reader.separator;
    expect(await separatorOf('Name;Email\na;a@x.example\n')).toBe(';');
    expect(await separatorOf('Name\tEmail\na\ta@x.example\n')).toBe('\t');
    expect(await separatorOf('sep=|\r\nName|Email\r\na|a@x.example\r\n')).toBe('|');
    expect(await separatorOf('sep=^\r\nName^Email\r\na^a@x.example\r\n')).toBeUndefined();
    for (const end of ['\n', '\r\n', '\r'])
      expect(await separatorOf(['sep=', 'Name;Email', 'a;a@x.example', ''].join(end))).toBe(';');
    expect(await separatorOf('{"name":"a","email":"a@x.example"}\n')).toBeUndefined();
  });
});

describe('a hostile file', () => {
  it.each([
    ['a line', `a,a@x.example${','.repeat(8_000_000)}\n`],
    ['a line of a million', `a,a@x.example${','.repeat(990_000)}\n`],
    ['cells with line ends', `a,a@x.example${`${','.repeat(900_000)}"\n"`.repeat(8)}\n`],
  ])('of empty cells without end is refused: %s (R76)', async (_, lines) => {
    await expect(read(`Name,Email\n${lines}`)).rejects.toThrow('what stands behind line 1 is too long for one line');
  });

  it.each([
    ['CSV', 'Name,Email\na,a@x.example\n', ',\n'],
    ['CSV without cells', 'Name,Email\na,a@x.example\n', '\n'],
    ['JSON Lines', '{"name":"a","email":"a@x.example"}\n', '\n'],
  ])('of empty lines without end is refused: %s (R76)', async (_, begin, empty) => {
    await expect(read(begin + empty.repeat(2_300_000))).rejects.toThrow('The file has millions of empty lines');
  });

  it('of lines with thousands of cells is read in pieces that take no more room than others (R76)', async () => {
    const { sizes } = await read(`Name,Email\n${`a,a@x.example${',x'.repeat(20_000)}\n`.repeat(200)}`);
    expect(Math.max(...sizes)).toBeLessThan(2_500_000);
  });

  it('of lists within lists is refused with a sentence (R76)', async () => {
    const [open, close] = ['['.repeat(100_000), ']'.repeat(100_000)];
    const deep = read(`{"name":"a","email":"a@x.example","more":${open}${close}}\n`);
    await expect(deep).rejects.toThrow(UnreadableFile);
    await expect(deep).rejects.toThrow('Line 1 holds lists within lists, too many of them.');
  });

  it('says of a text that no database keeps what is wrong with it, and mends half letters', async () => {
    const [nul, half] = await rows(
      '{"name":"a","email":"a@x.example","tags":["x","y\\u0000z"]}\n{"name":"b\\ud800","email":"b@x.example"}\n',
    );
    expect([nul.mistake, half.mistake]).toEqual(['A text has no NUL character in it.', undefined]);
    expect(half.values.name).toBe('b\uFFFD');
  });
});

describe('files that were put behind each other', () => {
  const json = (id: number, isWhole = true) =>
    `{"roster":"${MARK}","kind":"users","columns":["name"]}\n{"id":${id},"name":"n${id}"}\n${isWhole ? '{"complete":true,"lines":1}\n' : ''}`;
  const csv = (id: number, isWhole = true) =>
    `\uFEFFRoster id,Name\r\n${MARK}:user:${id}${isWhole ? ':last of 1' : ''},n${id}\r\n`;

  it.each([
    ['CSV', csv],
    ['JSON Lines', json],
    ['JSON Lines with marks before them', (id: number, isWhole?: boolean) => `\uFEFF${json(id, isWhole)}`],
  ])('in %s are read as one, and refused where any of them is unfinished', async (_, file) => {
    expect((await rows(file(1) + file(2))).map(({ from, values }) => [from?.id, values.name])).toEqual([
      [1, 'n1'],
      [2, 'n2'],
    ]);
    await expect(read(file(1) + file(2, false))).rejects.toThrow('The file is unfinished');
  });
});
