// No pattern may take a time that grows with the square of what somebody sent (R81): one that looks for repetitions at an end, without saying
// where they begin, starts anew from each of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../src');

const PATTERN = /(?<=[(=,:?&|!\s])\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+)\/[a-z]*/g;
/** Of a pattern, what stands alone between strokes: `[.,]+$`, `\s*$`. */
const END_ALONE = /(?:^|(?<!\\)\|)(?:\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\?[^\\|()[\]])[+*]\$(?=$|\|)/;
/** The same sign may stand before and behind a repetition of itself: `[-x]*-[-x]*$`. */
const TWICE = /(\[(?:\\.|[^\]\\])*\])[+*](\\?.)\1[+*]\$/;

/** The findings, one line each; none where all is well. */
export function checkPatterns(folder = source): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line, n) => {
        if (/^\s*(?:\/\/|\/?\*)/.test(line)) return [];
        const slow = [...line.matchAll(PATTERN)].filter(([, body]) => END_ALONE.test(body) || isTwice(body));
        return slow.map(
          ([pattern]) =>
            `src/${file}:${n + 1} ${pattern} starts anew from each sign: say what must not stand before, (?<!…)`,
        );
      }),
  );
}

function isTwice(body: string): boolean {
  const [, signs, between] = TWICE.exec(body) ?? [];
  return signs !== undefined && new RegExp(`^${signs}$`).test(between.replace('\\', ''));
}
