import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../../src/command-line/command.ts';
import { applyFile } from '../../src/command-line/commands/apply-command.ts';
import { serverSettings } from '../../src/installation/server-settings.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import type { TestApp } from './app.ts';

/** What `apply` says of a file, and with `isApplied` does; without a process of its own. */
export function applied(app: TestApp, text: string, isApplied = true) {
  const path = join(app.folder, 'desired.yaml');
  writeFileSync(path, text);
  const { context, act } = applyingContext(app, isApplied);
  return applyFile(context, act, path);
}

/** What a command is given at the machine itself. */
export function applyingContext(app: TestApp, isApplied: boolean) {
  const server = serverSettings(app.config, app.url);
  const context = { db: app.db, config: app.config, server, channel: 'copy', operating: { apply: isApplied } };
  return { context: context as CommandContext, act: commandLineAct(app.context.actSettings) };
}
