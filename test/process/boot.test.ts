import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchTools } from '../../faults/first-start.ts';
import { Bootable } from '../support/bootable.ts';

/** Too old to run Roster itself. */
let oldNode: string;
let clone: Bootable;

beforeAll(async () => {
  oldNode = (await fetchTools({ node: '18.20.8', npm: '10.8.2' })).node;
});
beforeEach(() => {
  clone = new Bootable();
});
afterEach(() => clone.remove());

const runsPackaged = { output: expect.stringContaining(`runs on ${process.version}\n`), code: 0 };

/** Every file and when it was last changed, but for what Node keeps of what it compiled. */
function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(node_modules\/)?\.cache\b/.test(name) && statSync(join(folder, name)).isFile())
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
    .sort();
}

describe('installing', () => {
  it('happens once, and leaves nothing else behind', async () => {
    const before = readdirSync(clone.clone);
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(clone.calls()).toHaveLength(1);
    // Not by the settings of whoever builds for another machine.
    expect(clone.calls()[0]).toMatch(new RegExp(` --workspaces=false --os=${process.platform} --cpu=${process.arch} `));
    expect(readdirSync(clone.clone)).toEqual([...before, 'node_modules'].sort());
  });

  it.each([
    ['the runtime', () => rmSync(clone.runtime)],
    ['a package', () => rmSync(join(clone.clone, 'node_modules/express'), { recursive: true })],
    ['a native part', () => rmSync(join(clone.clone, 'node_modules/better-sqlite3/index.js'))],
  ])('makes up once for %s that is missing from an installation', async (_, lose) => {
    await clone.boot(oldNode);
    lose();
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(clone.calls()).toHaveLength(2);
  });

  it('is not begun with an npm that cannot read the lockfile, which is told in a sentence', async () => {
    clone.setNpmVersion('6.14.18');
    const { output, code } = await clone.boot(oldNode);
    expect(code).toBe(1);
    expect(output).toMatch(/^roster: .*npm 6\.14\.18 is too old for that: install npm 7 or newer/m);
    expect(clone.calls()).toEqual([]);
  });

  it('needs no npm of any version where everything is there', async () => {
    clone.installByHand();
    clone.setNpmVersion('6.14.18');
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
  });

  it('does not count when no runtime came with it, and is tried again', async () => {
    clone.replaceRuntime();
    const { output, code } = await clone.boot(oldNode);
    expect(code).toBe(1);
    expect(output).toMatch(/^roster: .*no Node runtime is packaged for .* install Node 24 or newer/m);
    expect(existsSync(join(clone.clone, 'node_modules'))).toBe(false);
    clone.release('1.0.0');
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
  });

  it('can be asked for alone, and starts nothing then', async () => {
    const done = { output: 'All packages of this version are installed.\n', code: 0 };
    const { output, code } = await clone.boot(oldNode, ':', ['--install']);
    expect({ output: output.split('\n').slice(1).join('\n'), code }).toEqual(done);
    expect(await clone.boot(oldNode, ':', ['--install'])).toEqual(done);
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(clone.calls()).toHaveLength(1);
    clone.release('2.0.0');
    clone.unplug();
    expect(await clone.boot(oldNode, ':', ['--install'])).toMatchObject({ code: 1 });
  });

  it('by hand is recognised, and nothing is written then', async () => {
    clone.installByHand();
    const before = snapshot(clone.clone);
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(clone.calls()).toEqual([]);
    expect(snapshot(clone.clone)).toEqual(before);
  });

  it('of a new version without network breaks nothing, so that the version before starts', async () => {
    await clone.boot(oldNode);
    const before = snapshot(join(clone.clone, 'node_modules'));
    clone.release('2.0.0');
    clone.unplug();
    const { output, code } = await clone.boot(oldNode);
    expect(code).toBe(1);
    expect(output).toMatch(/^roster: the packages of this version could not be installed\. .*ENOTFOUND.* untouched/m);
    expect(snapshot(join(clone.clone, 'node_modules'))).toEqual(before);
    clone.release('1.0.0');
    clone.unplug();
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
  });

  it('that was killed while packages changed places puts the old ones back, also without network', async () => {
    await clone.boot(oldNode);
    renameSync(join(clone.clone, 'node_modules'), join(clone.clone, 'node_modules.old-4194999'));
    clone.unplug();
    expect(await clone.boot(oldNode)).toEqual(runsPackaged);
    expect(clone.calls()).toHaveLength(1);
  });

  it('goes over what one left that was killed and had the same number, as in a container', async () => {
    expect(await clone.boot(oldNode, 'mkdir node_modules.new-$$')).toEqual(runsPackaged);
    clone.unplug();
    expect(await clone.boot(oldNode, 'mv node_modules node_modules.old-$$')).toEqual(runsPackaged);
    expect(clone.calls()).toHaveLength(1);
  });
});

describe('the runtime', () => {
  /** As on a machine with another libc: the file is there, and starting it says that it is not. */
  const FOREIGN = '#!/lib/ld-of-another-libc.so\n';

  it('is the machine’s own where the packaged one does not run, which one line says', async () => {
    clone.replaceRuntime(FOREIGN);
    await clone.boot(process.execPath);
    const { output, code } = await clone.boot(process.execPath);
    expect(code).toBe(0);
    const own = `this machine’s own Node ${process.version} is used`;
    expect(output.trim().split('\n')).toEqual([
      `roster: the packaged Node does not run with the libc of this machine; ${own}`,
      `runs on ${process.version}`,
    ]);
    expect(clone.calls()).toHaveLength(1);
  });

  it('is told in one line to be missing where the machine’s own is too old', async () => {
    clone.installByHand();
    rmSync(clone.runtime);
    clone.replaceRuntime(FOREIGN);
    const { output, code } = await clone.boot(oldNode);
    expect(code).toBe(1);
    expect(output).toMatch(/libc of this machine, and this machine’s own Node v18\S+ is too old: install Node 24/);
  });

  it('that gets too little memory says so, and nothing is installed anew for it', async () => {
    clone.installByHand();
    const { output, code } = await clone.boot(oldNode, 'ulimit -v 1000000');
    expect(output).toMatch(/^roster: the packaged Node gets too little memory to start$/m);
    expect(code).toBe(1);
    expect(clone.calls()).toEqual([]);
  });

  it('that does not take NODE_OPTIONS says so, and nothing is installed anew for it', async () => {
    clone.installByHand();
    // Node 18 takes it, and ours does not any more.
    const { output, code } = await clone.boot(oldNode, 'export NODE_OPTIONS=--experimental-network-imports');
    expect(code).toBe(1);
    expect(output).toMatch(
      /^roster: NODE_OPTIONS keeps the packaged Node from starting \(--experimental-network-imports is not allowed in NODE_OPTIONS\)$/m,
    );
    expect(clone.calls()).toEqual([]);
  });

  it('takes NODE_OPTIONS that name a file of the folder in which it is started', async () => {
    clone.installByHand();
    const first = 'mkdir elsewhere; cd elsewhere; echo "" > first.cjs; export NODE_OPTIONS="--require ./first.cjs"';
    expect(await clone.boot(oldNode, first)).toEqual(runsPackaged);
    expect(clone.calls()).toEqual([]);
  });

  it('that a signal ends gives 128 and its number as the exit code', async () => {
    for (const [signal, code] of [
      ['SIGKILL', 137],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      clone.writeProgram(`process.kill(process.pid, '${signal}'); setTimeout(() => {}, 5_000);`);
      expect(await clone.boot(oldNode)).toMatchObject({ code });
    }
  });
});

describe('a start in another folder', () => {
  it('says where to start what is not there, and installs nothing', async () => {
    const { output, code } = await clone.boot(oldNode, 'cd /', ['src/server.ts']);
    expect({ output, code }).toEqual({
      output: `roster: there is no src/server.ts in /: start it in the folder of Roster, ${clone.clone}\n`,
      code: 1,
    });
    expect(clone.calls()).toEqual([]);
  });

  it('says what to start where nothing is named', async () => {
    const { output, code } = await clone.boot(oldNode, ':', []);
    expect({ output, code }).toEqual({
      output: 'roster: say what to start: node bin/boot.mjs src/server.ts\n',
      code: 1,
    });
  });
});

describe('a Node that is too old for everything', () => {
  let veryOldNode: string;

  beforeAll(async () => {
    veryOldNode = (await fetchTools({ node: '12.22.12', npm: '10.8.2' })).node;
  });

  it('is told in one sentence', async () => {
    const output = 'roster: Node v12.22.12 is too old to start Roster: install Node 18 or newer.\n';
    expect(await clone.boot(veryOldNode)).toEqual({ output, code: 1 });
  });
});
