import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import type { Terminal } from './output/terminal.ts';
import { runProgram } from './program.ts';

function fakeTerminal(): { readonly terminal: Terminal; readonly printed: string[] } {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  return {
    printed,
    terminal: {
      interactive: false,
      columns: 80,
      print,
      printError: print,
      paint: (_style, text) => text,
      update: () => undefined,
    },
  };
}

describe('the command line', () => {
  it('says its version without a server', async () => {
    const { terminal, printed } = fakeTerminal();

    const status = await runProgram({ argv: ['--version'], terminal, environment: {} });

    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    expect({ status, printed }).toEqual({ status: exitCodes.ok, printed: [JSON.parse(manifest).version] });
  });

  it('names a word that it does not know, and says where help is', async () => {
    const { terminal, printed } = fakeTerminal();

    const status = await runProgram({ argv: ['promte', 'shop'], terminal, environment: {} });

    expect(status).toBe(exitCodes.usage);
    expect(printed.join('\n')).toMatch(/unknown command 'promte'[\s\S]*--help/);
  });
});
