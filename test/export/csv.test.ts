import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { SEPARATORS } from '../../src/import/csv-shape.ts';
import { csvLines, joinedCell, splitCell, unmarked } from '../../src/text/csv.ts';

const FIRST = [...'=+-@\t\r\0＝＋－＠'];

describe('a cell of CSV', () => {
  it.each(FIRST)('is no formula where it begins with %j (R72)', (first) => {
    const cell = `${first}HYPERLINK("http://evil";"x")`;
    const [line] = csvLines([[cell]]).split('\r\n');
    expect(line.startsWith(`"'${first}`)).toBe(true);
    const [[read]] = parse(csvLines([[cell, 'x']]), { record_delimiter: '\r\n' });
    expect(unmarked(read)).toBe(cell);
  });

  it('leaves numbers, and apostrophes that hide nothing', () => {
    expect(csvLines([[-5, null, "'t Hooft", "O'Brien"]])).toBe("-5,,'t Hooft,O'Brien\r\n");
  });

  it('comes back exactly, whatever stands in it and between it and others', () => {
    const separators = fc.constantFrom(...SEPARATORS);
    const hostile = fc.string({
      unit: fc.constantFrom(...FIRST, "'", '"', ',', ';', '|', '\\', ' ', '\n', 'a', 'ä', '😀'),
    });
    const table = fc.array(fc.array(hostile, { minLength: 2, maxLength: 5 }), { minLength: 1 });
    fc.assert(
      fc.property(table, separators, (rows, delimiter) => {
        const text = csvLines(rows, delimiter);
        const read: string[][] = parse(text, { delimiter, record_delimiter: '\r\n', relax_column_count: true });
        expect(read.map((row) => row.map(unmarked))).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 2 }), (texts) => {
        expect(splitCell(joinedCell(texts))).toEqual(texts);
      }),
      { numRuns: 1_000 },
    );
    expect(splitCell(joinedCell([]))).toEqual([]);
  });
});
