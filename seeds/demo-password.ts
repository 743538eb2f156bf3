import { randomInt } from 'node:crypto';

/** Letters and digits that nobody takes for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Another one each time: whoever else reads this file or reaches the port does not know it. */
export function demoPassword(): string {
  const four = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: 5 }, four).join('-');
}
