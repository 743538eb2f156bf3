import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const RUNTIME = `node-${process.platform}-${process.arch}`;
/** In the place of npm: notes how it was called, empties the folder, and lays out what the registry has, or fails. */
const STAND_IN = `
const { appendFileSync, cpSync, existsSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');
if (process.argv[2] === '--version') {
  const version = join(__dirname, 'version');
  console.log(existsSync(version) ? readFileSync(version, 'utf8') : '10.8.2');
  process.exit();
}
appendFileSync(join(__dirname, 'calls'), process.argv.slice(2).join(' ') + '\\n');
rmSync('node_modules', { recursive: true, force: true });
const registry = join(__dirname, 'registry');
if (existsSync(registry)) cpSync(registry, 'node_modules', { recursive: true, verbatimSymlinks: true });
else { console.error('npm error code ENOTFOUND\\nnpm error network'); process.exitCode = 1; }
`;
const PROGRAM = `console.log('runs on ' + process.version);`;

/** How a start went: what it printed, and its exit code. */
export interface Booted {
  output: string;
  code: number | null;
}

/** A clone with the real boot.mjs and a few small packages, so that many kinds of first start take a moment only. */
export class Bootable {
  readonly clone = mkdtempSync(join(tmpdir(), 'roster-Häus chen-'));
  readonly runtime = join(this.clone, 'node_modules', RUNTIME, 'bin', 'node');
  private readonly npm = mkdtempSync(join(tmpdir(), 'roster-npm-'));

  constructor() {
    for (const path of ['bin/boot.mjs', 'bin/boot'])
      cpSync(join(root, path), join(this.clone, path), { recursive: true });
    writeFileSync(join(this.clone, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.clone, 'program.mjs'), PROGRAM);
    writeFileSync(join(this.npm, 'npm-cli.js'), STAND_IN);
    this.release('1.0.0');
  }

  /** Another version of the lockfile, and of what the registry has. */
  release(version: string): void {
    const packages = {
      '': { version },
      'node_modules/better-sqlite3': { version, integrity: `sqlite ${version}` },
      'node_modules/bcrypt': { version, integrity: `bcrypt ${version}` },
      'node_modules/express': { version, integrity: `express ${version}` },
      'node_modules/jest': { version, integrity: `jest ${version}`, dev: true },
      [`node_modules/${RUNTIME}`]: { version, integrity: `node ${version}`, optional: true },
      // Of another platform: some npm note it as installed and put none of it there.
      'node_modules/node-of-another-platform': { version, integrity: `other ${version}`, optional: true },
    };
    writeFileSync(join(this.clone, 'package-lock.json'), JSON.stringify({ packages }));
    this.unplug();
    const has = (path: string, content: string) => {
      mkdirSync(join(this.registry, path, '..'), { recursive: true });
      writeFileSync(join(this.registry, path), content);
    };
    for (const name of ['better-sqlite3', 'bcrypt', 'express', RUNTIME]) has(`${name}/package.json`, '{}');
    has('better-sqlite3/index.js', 'module.exports = class { close() {} };');
    has('bcrypt/index.js', '');
    has(`${RUNTIME}/bin/placeholder`, '');
    symlinkSync(process.execPath, join(this.registry, RUNTIME, 'bin', 'node'));
    const { 'node_modules/jest': _, ...lean } = packages;
    has('.package-lock.json', JSON.stringify({ packages: lean }));
  }

  unplug(): void {
    rmSync(this.registry, { recursive: true, force: true });
  }

  /** What somebody does who calls npm themself. */
  installByHand(): void {
    cpSync(this.registry, join(this.clone, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  }

  /** The runtime that npm brings is this instead; undefined for none. */
  replaceRuntime(content?: string): void {
    const file = join(this.registry, RUNTIME, 'bin', 'node');
    rmSync(file);
    if (content !== undefined) writeFileSync(file, content, { mode: 0o755 });
  }

  writeProgram(source: string): void {
    writeFileSync(join(this.clone, 'program.mjs'), source);
  }

  /** Before it a shell, which has the number of the process that it becomes, does `first`. */
  boot(node: string, first = ':', programs = [join(this.clone, 'program.mjs')]): Promise<Booted> {
    const words = [node, join(this.clone, 'bin/boot.mjs'), ...programs];
    const child = spawn('sh', ['-c', `${first}; exec "$@"`, 'sh', ...words], {
      cwd: this.clone,
      env: { PATH: process.env.PATH, HOME: this.npm, npm_execpath: join(this.npm, 'npm-cli.js') },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    return new Promise((resolve) => child.on('close', (code) => resolve({ output, code })));
  }

  /** Of the npm that runs the start. */
  setNpmVersion(version: string): void {
    writeFileSync(join(this.npm, 'version'), version);
  }

  /** The arguments of each call of npm that was to install. */
  calls(): string[] {
    const file = join(this.npm, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  remove(): void {
    for (const folder of [this.clone, this.npm]) rmSync(folder, { recursive: true, force: true });
  }

  private get registry(): string {
    return join(this.npm, 'registry');
  }
}
