import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY, NODE_OPTIONS } from '../boot/node-options.mjs';

const folder = join(import.meta.dirname, '../../deploy');

/** Examples that start Node themselves, and otherwise than `npm start` does. */
export function checkDeploy(): string[] {
  const environment = Object.entries(MEMORY).map(([name, value]) => `${name}=${value}`);
  const wanted = [...NODE_OPTIONS, ...environment];
  return readdirSync(folder)
    .map((file) => ({ file, words: readFileSync(join(folder, file), 'utf8').split(/[\s",[\]]+|Environment=/) }))
    .filter(({ words }) => words.includes('src/server.ts'))
    .flatMap(({ file, words }) =>
      wanted
        .filter((word) => !words.includes(word))
        .map((word) => `deploy/${file} starts without ${word}, which bin/boot/node-options.mjs names`),
    );
}
