import { describe, expect, it } from '@jest/globals';
import { type Kept, PERSONAL_DATA } from '../../src/db/personal-data.ts';
import { TABLES } from '../../src/db/tables.ts';

/** By table, the columns in which a name can stand: all of text but moments and days. */
const TEXTS = Object.entries(TABLES).map(([table, columns]): [string, string[]] => [
  table,
  Object.entries<{ type: string; isMoment?: true }>(columns)
    .filter(([, { type, isMoment }]) => type === 'text' && !isMoment)
    .map(([name]) => name),
]);

function listed(kept: Kept): string[] {
  const { goes = [], blanked = {}, searched = {}, apart = [], passing = [], ofOthers = [], ofProgram = [] } = kept;
  return [
    ...new Set<string>([
      ...goes,
      ...Object.keys(blanked),
      ...Object.keys(searched),
      ...apart,
      ...passing,
      ...ofOthers,
      ...ofProgram,
    ]),
  ];
}

describe('the list of personal data', () => {
  it.each(TEXTS)('says of every text in %s what becomes of it when somebody is erased', (table, columns) => {
    const kept: Kept = PERSONAL_DATA[table as keyof typeof TABLES];
    const ids = Object.keys(kept.blanked ?? {}).filter((column) => column.endsWith('_id'));
    expect(
      listed(kept)
        .filter((column) => !ids.includes(column))
        .sort(),
    ).toEqual(columns.toSorted());
  });

  it('takes away only what may be missing', () => {
    const takenAway = Object.entries<Kept>(PERSONAL_DATA).flatMap(([table, { blanked = {}, searched = {} }]) =>
      [
        ...Object.keys(blanked).filter((column) => blanked[column] === null),
        ...Object.keys(searched).filter((column) => searched[column] === 'not given'),
      ].map((column) => [table, column]),
    );
    const columns = TABLES as Record<string, Record<string, { isNullable: boolean }>>;
    expect(takenAway.filter(([table, column]) => !columns[table][column].isNullable)).toEqual([]);
  });

  it('tells whose the rows are of all that goes or is blanked', () => {
    const without = Object.entries<Kept>(PERSONAL_DATA)
      .filter(([, { of, goes, blanked }]) => (goes || blanked) && !of)
      .map(([table]) => table);
    // It follows from the links by triggers.
    expect(without).toEqual(['invitation_places']);
  });
});
