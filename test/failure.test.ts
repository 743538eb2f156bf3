import { expect, it } from '@jest/globals';
import { DatabaseBusy, OutcomeUnknown } from '../src/db/database.ts';
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

it('a database that was lost on the way is told in words, and whether it may have been done', () => {
  const lost = Object.assign(new Error('select * from "users" - Connection terminated unexpectedly'), { isLost: true });
  expect(explained(lost)).toEqual([
    'the connection to the database was lost: a part may have been done. Look before you try again',
  ]);
  // Of what is there whole or not at all.
  expect(reasonOf(lost)).toBe('the connection to the database was lost');
  for (const error of [new OutcomeUnknown(), new DatabaseBusy()])
    expect(explained(error).join()).toMatch(/^the database .*: a part may have been done\. Look before you try again$/);
  const beginning = Object.assign(new Error('no server of DATABASE_URL takes changes'), {
    isLost: true,
    code: '57P03',
  });
  expect(explained(beginning)).toEqual(['no server of DATABASE_URL takes changes']);
});

it.each(['ENOTFOUND', 'EAI_AGAIN', 'EINVAL', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])(
  'a place where nobody can listen is told by the setting: %s',
  (code) => {
    const syscall = ['ENOTFOUND', 'EAI_AGAIN'].includes(code) ? 'getaddrinfo' : 'listen';
    const met = Object.assign(new Error(`listen ${code}: fe80::1:3000`), { code, syscall });
    expect(explained(met)).toEqual([`HOST is no address of this machine (${code})`]);
  },
);

it('a port that only root may take is told by the setting', () => {
  const met = Object.assign(new Error('listen EACCES: permission denied 127.0.0.1:80'), {
    code: 'EACCES',
    syscall: 'listen',
  });
  expect(explained(met)).toEqual(['this user may not listen on that port: give one from 1024 on with PORT']);
});
