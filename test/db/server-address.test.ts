import { describe, expect, it } from '@jest/globals';
import { addressesOf, isServerAddress, nameOfAddress, withoutPassword } from '../../src/db/server-address.ts';

const ONE = 'postgres://roster:s%40fe@db.example.com:5433/roster?sslmode=require';
const TWO = 'postgresql://roster:s%40fe@one.example.com,other.example.com:5433/roster?target_session_attrs=read-write';

describe('the address of a database on a server', () => {
  it('names one server, or several', () => {
    expect(addressesOf(ONE)).toEqual([ONE]);
    expect(addressesOf(TWO)).toEqual([
      'postgresql://roster:s%40fe@one.example.com/roster?target_session_attrs=read-write',
      'postgresql://roster:s%40fe@other.example.com:5433/roster?target_session_attrs=read-write',
    ]);
    expect(addressesOf('postgres://[::1]:5432,[::2]/roster')).toEqual([
      'postgres://[::1]:5432/roster',
      'postgres://[::2]/roster',
    ]);
  });

  it('is refused where it is none', () => {
    for (const text of [ONE, TWO, 'postgres:///roster?host=/run/postgresql', 'postgres://one,other/roster'])
      expect([text, isServerAddress(text)]).toEqual([text, true]);
    for (const text of ['mysql://db/roster', 'roster', 'postgres://one:port,other/roster', 'postgres://a@b@/c d:x'])
      expect([text, isServerAddress(text)]).toEqual([text, false]);
  });

  it('is told without who signs in, or at least without the password', () => {
    expect([ONE, TWO].map(nameOfAddress)).toEqual([
      'db.example.com:5433/roster',
      'one.example.com,other.example.com:5433/roster',
    ]);
    expect(withoutPassword(ONE)).toBe('postgres://roster:…@db.example.com:5433/roster?sslmode=require');
    expect(withoutPassword('postgres://roster@db/roster')).toBe('postgres://roster@db/roster');
  });
});
