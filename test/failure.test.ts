import { expect, it } from '@jest/globals';
import { explained } from '../src/failure.ts';
import { reasonOf } from '../src/installation/data/data-folder.ts';

it('a disk is told in words, without the statement that met it and what it was to write (R91)', () => {
  const met = (code: string) =>
    Object.assign(new Error("insert into `users` (`name`) values ('bob') - database or disk is full"), { code });
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC'])
    expect(explained(met(code))).toEqual(['the data cannot be read or written: the disk is full']);
  for (const code of ['SQLITE_READONLY_DIRECTORY', 'SQLITE_CANTOPEN', 'SQLITE_IOERR_WRITE']) {
    expect(explained(met(code)).join()).toMatch(new RegExp(`its disk or folder cannot be read or written, ${code}$`));
    expect(reasonOf(met(code))).toContain('cannot be read or written');
  }
  expect(explained(new Error('something else'))).toEqual(['something else']);
});
