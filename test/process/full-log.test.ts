import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { ofNode } from '../../faults/server-process.ts';
import { FULL, itOnAFullDisk } from '../support/full-device.ts';

const SERVER = join(import.meta.dirname, '../../src/server.ts');

itOnAFullDisk(
  'serves, and ends in order, while its log cannot be written',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roster-log-'));
    const port = await freePort();
    const output = openSync(FULL, 'w');
    const child = spawn(process.execPath, [SERVER], {
      cwd: folder,
      env: { ...ofNode(), DATA_DIR: folder, PORT: String(port) },
      stdio: ['ignore', output, output],
    });
    const exited = new Promise((resolve) => child.on('exit', resolve));
    try {
      const page = `http://127.0.0.1:${port}/session/new`;
      const status = () =>
        fetch(page).then(
          (answer) => answer.status,
          () => 0,
        );
      for (let n = 0; n < 200 && (await status()) !== 200; n++) await sleep(50);
      for (let n = 0; n < 20; n++) expect(await status()).toBe(200);
      child.kill('SIGTERM');
      expect(await Promise.race([exited, sleep(9_000, 'still there')])).toBe(0);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
  30_000,
);

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}
