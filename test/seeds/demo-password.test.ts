import { expect, it } from '@jest/globals';
import { demoPassword } from '../../seeds/demo-password.ts';

it('the password of the demo is made up anew each time, and is no easy one (R14)', () => {
  const made = Array.from({ length: 200 }, demoPassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/);
});
