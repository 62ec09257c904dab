import fc from 'fast-check';

/** A text of 10,000 characters costs an expression that reads it once less than a millisecond of processor time. */
const lengths = [8, 12, 16, 20, 24, 28, 32, 500, 10_000];
const mostMicroseconds = 15_000;
const endings = ['\0', '', 'x\n'];

export interface SlowText {
  readonly begin: string;
  readonly again: string;
  readonly end: string;
  readonly length: number;
}

/**
 * Looks for a text on which an expression takes more than time in proportion: something that it nearly takes, again and again,
 * with an end that it does not take. Nothing found is no proof; what is found is one.
 *
 * @param thorough How many texts that the expression takes are taken apart
 */
export function findSlowText(
  { pattern, flags }: { readonly pattern: string; readonly flags: string },
  thorough: number,
): SlowText | undefined {
  const expression = new RegExp(pattern, flags.replace('y', ''));
  for (const { begin, again } of piecesOf(pattern, flags, thorough))
    for (const end of endings) {
      const length = lengths.find((each) => isSlow(expression, begin + again.repeat(each / again.length) + end));
      if (length !== undefined) return { begin, again, end, length };
    }
  return undefined;
}

interface Piece {
  readonly begin: string;
  readonly again: string;
}

function piecesOf(pattern: string, flags: string, thorough: number): readonly Piece[] {
  const letters = [
    ...new Set([...Array.from(pattern.replaceAll(/\\[a-zA-Z]/g, '')), 'a', 'A', '0', ' ', '\t', '\n', '-', '\u00e9']),
  ];
  const pairs = letters.flatMap((one, at) => letters.slice(at + 1, at + 4).map((other) => one + other));
  const alone = [...letters, ...pairs].map((again) => ({ begin: '', again }));
  const taken = textsTakenBy(pattern, flags, thorough).flatMap((text) =>
    Array.from({ length: 8 }, (_, at) => {
      const from = (at * 7) % Math.max(1, text.length);
      return { begin: text.slice(0, from), again: text.slice(from, from + 1 + (at % 4)) };
    }),
  );
  const pieces = [...alone, ...taken].filter(({ again }) => again !== '');
  return [...new Map(pieces.map((piece) => [JSON.stringify(piece), piece])).values()];
}

/** Expressions that look ahead or back, and properties of Unicode, cannot be drawn from; their own letters have to do. */
function textsTakenBy(pattern: string, flags: string, count: number): readonly string[] {
  if (/\\[pP]\{|\(\?[=!<]/.test(pattern)) return [];
  try {
    const drawn = fc.stringMatching(new RegExp(pattern, flags.replaceAll(/[gyi]/g, '')), { size: 'small' });
    return fc.sample(drawn, { numRuns: count, seed: 1 }).map((text) => text.slice(0, 60));
  } catch {
    return [];
  }
}

/** Asked again before it is believed: others work beside us. */
function isSlow(expression: RegExp, text: string): boolean {
  for (let times = 0; times < 3; times += 1) {
    const before = process.cpuUsage();
    text.replace(expression, '');
    if (process.cpuUsage(before).user < mostMicroseconds) return false;
  }
  return true;
}
