import { createRequire } from 'node:module';

const { default: Sequencer }: typeof import('@jest/test-sequencer') = createRequire(import.meta.url)(
  '@jest/test-sequencer',
);
type Tests = Parameters<InstanceType<typeof Sequencer>['sort']>[0];

/** What takes longest, which nobody should wait for at the end. A file's size says it of all others. */
const LONGEST = [
  'test/routes/',
  'test/browser/accessibility',
  'test/process/',
  'test/installation/',
  'test/migrations/',
  'test/postgres/',
  'test/browser/',
  'test/visibility',
  'test/one-door',
  'test/command-line/apart',
  'test/bulk-operations/large',
];

/** How long each took in the run before is known on nobody's machine but one's own. */
export default class LongestFirst extends Sequencer {
  override async sort(tests: Tests): Promise<Tests> {
    const rank = ({ path }: Tests[number]) => {
      const found = LONGEST.findIndex((one) => path.replaceAll('\\', '/').includes(one));
      return found < 0 ? LONGEST.length : found;
    };
    const usual = await super.sort(tests);
    return usual.some(({ duration }) => duration !== undefined) ? usual : usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
