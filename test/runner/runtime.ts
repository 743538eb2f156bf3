import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ModuleMocker } from 'jest-mock';
// Before anything is rendered.
import '../support/rendered-views.ts';
import { type Globals, kept, provideGlobals } from './provided-globals.ts';

const require = createRequire(import.meta.url);
/** Where the tests' own framework keeps who is told of what happens in a file of tests. */
const HANDLERS = Symbol.for('EVENT_HANDLERS');
const mocker = new ModuleMocker(globalThis);

provideGlobals();

/**
 * Loads the files of tests as Node itself loads modules, in place of Jest's own loader: what they import is loaded once by each
 * process of a run and not once for each file, which took half of all the time that the tests took.
 */
export default class Runtime {
  private readonly environment = { ...process.env };
  private readonly folder = process.cwd();

  /** The framework itself starts anew with each file. */
  requireInternalModule(path: string): unknown {
    delete require.cache[path];
    delete (globalThis as Record<symbol, unknown>)[HANDLERS];
    return require(path);
  }

  requireModule(path: string): unknown {
    return require(path);
  }

  unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  /** By an address of its own each time: Node loads what has the same address only once. */
  async unstable_importModule(path: string): Promise<unknown> {
    kept.file++;
    return import(`${pathToFileURL(path).href}?${kept.file}`);
  }

  setGlobalsForRuntime(globals: Globals): void {
    kept.globals = { ...globals, jest: mocker };
  }

  restoreAllMocks(): void {
    mocker.restoreAllMocks();
  }

  /** What a file changed for its whole process is as it was for the next. */
  teardown(): void {
    mocker.restoreAllMocks();
    for (const name of Object.keys(process.env)) if (!(name in this.environment)) delete process.env[name];
    Object.assign(process.env, this.environment);
    process.chdir(this.folder);
  }

  enterTestCode(): void {}
  leaveTestCode(): void {}
  getAllCoverageInfoCopy(): undefined {}
  getSourceMaps(): null {
    return null;
  }
}
