import { crashLoop } from './crash-loop.ts';
import { type Fault, met, told } from './fault.ts';

const ROUNDS = 20;
const SLOWEST_START = 2_000;

export const crashFault: Fault = {
  name: 'F1',
  title: 'SIGKILL while users are created and changed',
  async run({ rounds = ROUNDS }) {
    const { acknowledged, problems, slowestStart, processes } = await crashLoop(rounds);
    return [
      told('kills', String(rounds)),
      told('acknowledged users', String(acknowledged)),
      met('lost, or done by halves', problems.length === 0 ? '0' : problems.join('; '), '0', problems.length === 0),
      // Nobody waits for one of several.
      processes > 1
        ? told('ready again after at most', `${Math.round(slowestStart)} ms`)
        : met('ready again after at most', `${Math.round(slowestStart)} ms`, '< 2 s', slowestStart < SLOWEST_START),
    ];
  },
};
