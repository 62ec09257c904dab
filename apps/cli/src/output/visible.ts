import { stripVTControlCharacters } from 'node:util';
import { escapeControls } from '@almanac/protocol';

/**
 * A text as a terminal may show it. What others wrote (logs, names, commits) could move the cursor, rename the window or type
 * for whoever reads it: sequences for terminals are left out, and other control characters stand as they are written in JSON,
 * so that a document that is printed stays the same document.
 */
export function visible(text: string): string {
  return escapeControls(stripVTControlCharacters(text).replace(/\r\n?/g, '\n'));
}

/** Colours of ours carry a number that nobody else knows, so that they are told from those in the text of others. */
export interface Palette {
  /** Puts a colour around a text, given the sequences that begin and end it. */
  readonly mark: (open: string, text: string, close: string) => string;
  /** A text with our colours in it, as the terminal takes it; everything else is made visible. */
  readonly show: (text: string) => string;
}

export function createPalette(secret: number): Palette {
  const ours = (code: string) => code.replaceAll('\u001b[', `\u001b[${secret};`);
  // Escape, bracket, our number, then the code itself.
  const sequence = new RegExp(`\\u001b\\[${secret};([\\d;]*m)`);
  return {
    mark: (open, text, close) => `${ours(open)}${text}${ours(close)}`,
    show: (text) =>
      text
        .split(sequence)
        .map((part, at) => (at % 2 === 1 ? `\u001b[${part}` : visible(part)))
        .join(''),
  };
}
