import { randomInt } from 'node:crypto';
import { stripVTControlCharacters, styleText } from 'node:util';
import { createPalette } from './visible.ts';

type Style = Parameters<typeof styleText>[0];

/** Where a command prints, with what others wrote made harmless; a value, so that tests read what people would see. */
export interface Terminal {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly interactive: boolean;
  readonly columns: number;
  /** Colours text on a terminal that shows colours, and leaves it alone elsewhere. */
  readonly paint: (style: Style, text: string) => string;
  /** Replaces the lines that the last call showed; prints nothing where there is no terminal. */
  readonly update: (lines: readonly string[]) => void;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  const interactive = stdout.isTTY === true;
  const colours = interactive && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  const palette = createPalette(randomInt(1e8, 1e9));
  let shown = 0;
  const columns = stdout.columns ?? 100;
  return {
    interactive,
    columns,
    print: (text) => {
      shown = 0;
      stdout.write(`${palette.show(text)}\n`);
    },
    printError: (text) => stderr.write(`${palette.show(text)}\n`),
    paint: (style, text) => {
      const [open = '', close = ''] = styleText(style, '|', { validateStream: false }).split('|');
      return colours ? palette.mark(open, text, close) : text;
    },
    update: (lines) => {
      if (!interactive) return;
      const back = shown === 0 ? '' : `\x1b[${shown}A`;
      stdout.write(`${back}\x1b[0J${lines.map((line) => palette.show(clip(line, columns))).join('\n')}\n`);
      shown = lines.length;
    },
  };
}

function clip(text: string, width: number): string {
  return stripVTControlCharacters(text).length <= width
    ? text
    : `${stripVTControlCharacters(text).slice(0, width - 1)}…`;
}
