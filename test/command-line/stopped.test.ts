import { afterEach, expect, it, jest } from '@jest/globals';
import { tellingWhoeverStops } from '../../src/command-line/stopped.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

it('tells whoever stops a command that its operation goes on, and stops all the same', async () => {
  const killed = jest.spyOn(process, 'kill').mockReturnValue(true);
  const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const before = process.listenerCount('SIGINT');
  // The run of the tests listens as well.
  await tellingWhoeverStops(7, async () => process.listeners('SIGINT').at(-1)!('SIGINT'));
  expect(told).toHaveBeenCalledWith(expect.stringContaining('Operation 7 is not stopped by this'));
  expect(killed).toHaveBeenCalledWith(process.pid, 'SIGINT');
  // Afterwards the command is stopped as ever.
  expect(process.listenerCount('SIGINT')).toBe(before);
});
