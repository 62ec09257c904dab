import { describe, expect, test } from 'vitest';
import { readSources } from './modules.ts';
import { starters, startingFaults } from './programs.ts';

const file = 'apps/server/src/features/plans/a.ts';
const check = (text: string) => startingFaults([{ path: file, text }], { [file]: 'a test' });

describe('a program', () => {
  test('is started from a list of words, without a shell, in a place that is known', () => {
    expect(startingFaults(readSources(), starters)).toEqual([]);
  });

  test.each([
    ["import { exec } from 'node:child_process';", 'exec of child_process'],
    ["import { execSync } from 'child_process';", 'execSync of child_process'],
    ["import { exec as run } from 'node:child_process';", 'exec of child_process'],
    ["import { fork } from 'node:child_process';", 'fork of child_process'],
    ["import children from 'node:child_process';", '* of child_process'],
    ["import * as children from 'node:child_process';", '* of child_process'],
    ["const { exec } = await import('node:child_process');", '* of child_process'],
    ["export { exec } from 'node:child_process';", '* of child_process'],
    ["import { spawn } from 'node:child_process'; spawn(name, [], { shell: true });", 'shell hands the words'],
    ["import { spawn } from 'node:child_process'; spawn(name, [], { 'shell': '/bin/sh' });", 'shell hands the words'],
    [
      "import { spawn } from 'node:child_process'; const shell = true; spawn(name, [], { shell });",
      'shell hands the words',
    ],
    ["import { execFile } from 'node:child_process'; execFile('/bin/rm', ['-rf', path]);", 'do not stand behind --'],
    ["import { execFile } from 'node:child_process'; execFile('/bin/rm', [path, '--']);", 'do not stand behind --'],
  ])('that a shell or the program could read otherwise is noticed: %s', (text, fault) => {
    expect(check(text).join()).toContain(fault);
  });

  test.each([
    "import { execFile, type ChildProcess, spawn } from 'node:child_process'; spawn(name, words, { shell: false });",
    "import type { ChildProcess } from 'node:child_process';",
    "import { execFile } from 'node:child_process'; execFile('/bin/rm', ['-rf', '--', path]);",
  ])('from a list is let through: %s', (text) => {
    expect(startingFaults([{ path: file, text }], {}).filter((each) => !each.includes('not in programs.ts'))).toEqual(
      [],
    );
  });

  test('in a new place is noticed, and so is a place that is gone', () => {
    const text = "import { spawn } from 'node:child_process';";

    expect(startingFaults([{ path: file, text }], {})).toEqual([`${file} starts programs and is not in programs.ts`]);
    expect(startingFaults([{ path: file, text: '' }], { [file]: 'git' })).toEqual([
      `${file} is in programs.ts and starts no program`,
    ]);
    expect(() => startingFaults([], {})).toThrow('read no module');
  });
});
