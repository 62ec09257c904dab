import Anser from 'anser';

export interface LogPart {
  readonly text: string;
  /** Classes of the stylesheet; colours come from the console's own palette. */
  readonly className: string;
}

const colours: Readonly<Record<string, string>> = {
  red: 'red',
  green: 'green',
  yellow: 'yellow',
  blue: 'blue',
  magenta: 'magenta',
  cyan: 'cyan',
};

/** Splits one line of a log into parts by its ANSI colours; every other control sequence is dropped. */
export function logParts(line: string): readonly LogPart[] {
  return Anser.ansiToJson(line, { use_classes: true, remove_empty: true }).map((part) => ({
    text: part.content,
    className: [classOf(part.fg), part.decoration === 'bold' ? 'ansi-bold' : '']
      .filter((name) => name !== '')
      .join(' '),
  }));
}

function classOf(colour: string | null): string {
  const name = colours[(colour ?? '').replace(/^ansi-(bright-)?/, '')];
  return name === undefined ? '' : `ansi-${name}`;
}

/** The text of a log as lines; what a carriage return overwrote is left out, as a terminal would. */
export function toLines(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, '').split('\r').at(-1) ?? '');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
