import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const most = 20;
/** A run of a few files says by itself where its time went. */
const leastFiles = 10;

/** Says at the end of a whole run in which files its time went, hooks included. */
// biome-ignore lint/style/noDefaultExport: vitest takes what a file of reporters gives by default
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length < leastFiles) return;
    const files = modules
      .map((module) => ({ file: relative('', module.moduleId), ms: module.diagnostic().duration }))
      .sort((a, b) => b.ms - a.ms);
    const sum = files.reduce((total, each) => total + each.ms, 0);
    console.log(`Slowest of ${files.length} test files, which took ${seconds(sum)} together:`);
    for (const { file, ms } of files.slice(0, most)) console.log(`${seconds(ms).padStart(8)}  ${file}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
