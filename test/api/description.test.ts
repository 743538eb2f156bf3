import { expect, it } from '@jest/globals';
import { openApi } from '../../src/api/openapi.ts';
import { Turns } from '../support/turns.ts';

it('is described with turns of others in between: anybody may ask for it, and there are many schemas', async () => {
  const turns = new Turns();
  const { paths } = await openApi('http://127.0.0.1');
  turns.stop();
  expect(Object.keys(paths).length).toBeGreaterThan(20);
  expect(turns.number).toBeGreaterThan(0);
});
