import { stripVTControlCharacters } from 'node:util';

/** All of C0 but tab and line feed, DEL, all of C1, and what turns the direction of text round. */
const control = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text as a terminal may show it. What others wrote (logs, names, commits) could move the cursor, rename the window or type
 * for whoever reads it: sequences for terminals are left out, and other control characters stand as they are written in JSON,
 * so that a document that is printed stays the same document.
 */
export function visible(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(control, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
