import { describe, expect, it } from '@jest/globals';
import { KeptAnswers } from '../../src/db/sqlite/kept-answers.ts';

describe('kept answers', () => {
  const answersOf = (number = 1) => {
    const answers = new KeptAnswers();
    let reads = 0;
    const read = (sql: string, values: unknown[] = []) => {
      const before = reads;
      const rows = answers.get(sql, values, () => {
        reads++;
        return Array.from({ length: number }, () => ({ sql, values }));
      });
      return { rows, isRead: reads > before };
    };
    return { answers, read };
  };

  it('are read once for the same values, and are the same rows', () => {
    const { read } = answersOf();
    const first = read('who asks', [1]);
    const again = read('who asks', [1]);
    expect([first.isRead, again.isRead]).toEqual([true, false]);
    expect(again.rows).toBe(first.rows);
    expect(read('who asks', [2]).isRead).toBe(true);
    expect(Object.isFrozen(first.rows) && Object.isFrozen(first.rows[0])).toBe(true);
  });

  it('stay as long as they are asked between others, of which the oldest go', () => {
    const { read } = answersOf();
    read('who asks');
    for (let page = 0; page < 2_000; page++) {
      read('a page', [page]);
      expect(read('who asks').isRead).toBe(false);
    }
    expect(read('a page', [1_990]).isRead).toBe(false);
    expect(read('a page', [0]).isRead).toBe(true);
  });

  it('are those of many rows only where they are asked for once more', () => {
    const { read } = answersOf(11);
    const page = read('a page', [1]);
    expect(Object.isFrozen(page.rows)).toBe(false);
    const again = read('a page', [1]);
    expect([again.isRead, Object.isFrozen(again.rows) && Object.isFrozen(again.rows[10])]).toEqual([true, true]);
    expect(read('a page', [1]).rows).toBe(again.rows);
    // However many others are read in between that nobody asks for again.
    for (let other = 2; other < 100; other++) read('a page', [other]);
    expect(read('a page', [1]).rows).toBe(again.rows);
  });

  it('are read anew once they were forgotten', () => {
    const { answers, read } = answersOf();
    read('who asks');
    answers.forget();
    expect(read('who asks').isRead).toBe(true);
  });
});
