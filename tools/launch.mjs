#!/usr/bin/env node
// The way into everything: `node tools/launch.mjs <task> [arguments]`. It must work on Node 20 with nothing installed,
// so it and tools/launcher/ are plain JavaScript without dependencies.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(`almanac: Node ${oldest} or newer is needed to start; this is ${process.version}.`);
  process.exit(1);
}

const { Refusal } = await import('./launcher/refusal.mjs');
try {
  await launch(process.argv[2], process.argv.slice(3));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`almanac: ${error.message}`);
  process.exit(1);
}

async function launch(name, args) {
  const { describeTasks, tasks } = await import('./launcher/tasks.mjs');
  const task = tasks[name ?? ''];
  if (task === undefined) {
    throw new Refusal(
      `${name === undefined ? 'say which task' : `there is no task "${name}"`}. Tasks:\n${describeTasks()}`,
    );
  }
  const { ensureInstalled } = await import('./launcher/install.mjs');
  const { pickRuntime, run } = await import('./launcher/runtime.mjs');
  await ensureInstalled(root);
  const runtime = pickRuntime(root);
  await run({ root, runtime, script: join(root, task.script), args: [...task.args, ...args] });
}
