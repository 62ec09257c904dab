import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DesiredApplication } from '@almanac/protocol';
import { bytesOf } from '../runtimes/resource-limits.ts';

const mebibyte = 1024 * 1024;

/**
 * Says, in words, which volumes hold more than their manifest allows. They are measured, because nothing that every file
 * system has keeps a folder within bounds: an application that writes on is not stopped.
 */
export async function volumesOverQuota(
  applications: readonly Pick<DesiredApplication, 'application' | 'modules'>[],
  directoryOf: (application: string) => string,
): Promise<readonly string[]> {
  const over: string[] = [];
  for (const { application, modules } of applications) {
    for (const module of modules) {
      for (const [name, { size }] of Object.entries(module.volumes)) {
        const folder = join(directoryOf(application.id), 'volumes', module.name, name);
        if (size === undefined || !existsSync(folder)) continue;
        const [used, allowed] = [await usedBytes(folder), bytesOf(size)];
        if (used > allowed)
          over.push(
            `The volume ${name} of ${application.name}.${module.name} holds ${inMebibytes(used)}; ${inMebibytes(allowed)} are allowed.`,
          );
      }
    }
  }
  return over;
}

/** What a folder takes on its file system; files that go away meanwhile do not count. */
async function usedBytes(folder: string): Promise<number> {
  const measure = promisify(execFile)('/usr/bin/du', ['-s', '-x', '--block-size=1', '--', folder]);
  const { stdout } = await measure.catch((error: unknown) => {
    // It tells the sum even when it could not look at everything.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string')
      return { stdout: error.stdout };
    throw error;
  });
  return Number.parseInt(stdout, 10) || 0;
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / mebibyte)} MiB`;
}
