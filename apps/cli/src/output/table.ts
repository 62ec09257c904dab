import { stripVTControlCharacters } from 'node:util';

/** Lines of a table for people: a head, columns as wide as their longest cell, two spaces between them. */
export function tableLines(input: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): readonly string[] {
  const all = [input.head.map((cell) => cell.toUpperCase()), ...input.rows];
  const widths = input.head.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
