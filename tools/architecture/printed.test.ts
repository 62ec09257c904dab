import { describe, expect, test } from 'vitest';
import { readSources } from './modules.ts';
import { printedAsItIs, printingFaults } from './printed.ts';

const file = 'apps/agent/src/a.ts';
const check = (text: string) => printingFaults([{ path: file, text }], {});

describe('what others wrote', () => {
  test('reaches no terminal and no log as it is', () => {
    expect(printingFaults(readSources(), printedAsItIs)).toEqual([]);
  });

  test.each([
    ['console.log(name);', 'prints name as it is'],
    ['console.error(error);', 'prints error as it is'],
    ["console.log('the host', host);", 'prints host as it is'],
    ['process.stdout.write(`${line}\\n`);', 'as it is'],
    ['process.stderr.write(JSON.stringify(report));', 'prints JSON.stringify(report) as it is'],
    ['const { stderr } = process; stderr.write(line);', 'prints line as it is'],
    ["console.log(ready ? 'ready' : name);", 'as it is'],
    ["const log = pino({ base: { part: 'a' } });", 'a log without hooks'],
  ])('is noticed in %s', (text, fault) => {
    expect(check(text)).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    "console.log('ready'); process.stdout.write(`ready\\n`);",
    'console.log(escapeControls(name)); process.stdout.write(`${escapeControls(line)}\\n`);',
    'stdout.write(`${palette.show(text)}\\n`);',
    "const log = pino({ base: { part: 'a' }, hooks: { streamWrite: escapeControls } });",
    'socket.write(line); log.info({ name });',
  ])('is let through once it is harmless: %s', (text) => {
    expect(check(text)).toEqual([]);
  });

  test('leaves the table when it is gone, and is missed by nobody because nothing was read', () => {
    expect(printingFaults([{ path: file, text: '' }], { [file]: 'a test' })).toEqual([
      `${file} is in printed.ts and prints nothing as it is`,
    ]);
    expect(() => printingFaults([], {})).toThrow('read no module');
  });
});
