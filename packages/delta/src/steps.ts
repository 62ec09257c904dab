import type { Step } from './plan-delta.ts';

/** A delta is not what it has to be: nothing is made of it. */
export class DeltaRefused extends Error {
  constructor(what: string) {
    super(`the delta is refused: ${what}`);
    this.name = 'DeltaRefused';
  }
}

/** More steps than this no real delta has: 16 GiB in chunks of the usual size. */
const mostSteps = 4_194_304;

/**
 * Steps as numbers of seven bits a byte (LEB128), the offset of a copy as its distance from the end of the copy before.
 */
export function writeSteps(steps: readonly Step[]): Buffer {
  const bytes: number[] = [];
  const put = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  put(steps.length);
  let expected = 0;
  for (const { copy, novel } of steps) {
    const distance = copy.offset - expected;
    put(distance < 0 ? -2 * distance - 1 : 2 * distance);
    put(copy.size);
    put(novel);
    expected = copy.offset + copy.size;
  }
  return Buffer.from(bytes);
}

/**
 * Reads steps that somebody else wrote.
 *
 * @throws {DeltaRefused} where a number is missing or too large, a copy leaves the base, or the sizes do not make up the target
 */
export function readSteps(
  bytes: Uint8Array,
  sizes: { readonly base: number; readonly target: number },
): readonly Step[] {
  const numbers = createReader(bytes);
  const count = numbers.next();
  // Each step has three numbers, of one byte at least.
  if (count > mostSteps || count * 3 > bytes.length) throw new DeltaRefused('it claims more steps than it has');
  const steps: Step[] = [];
  let expected = 0;
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const distance = numbers.next();
    const offset = expected + (distance % 2 === 1 ? -(distance + 1) / 2 : distance / 2);
    const copy = { offset, size: numbers.next() };
    const novel = numbers.next();
    if (offset < 0 || offset + copy.size > sizes.base) throw new DeltaRefused('it copies what the base does not have');
    total += copy.size + novel;
    if (total > sizes.target) throw new DeltaRefused('it makes more than was announced');
    steps.push({ copy, novel });
    expected = offset + copy.size;
  }
  if (total !== sizes.target) throw new DeltaRefused('it makes less than was announced');
  if (!numbers.isAtEnd()) throw new DeltaRefused('something follows its steps');
  return steps;
}

function createReader(bytes: Uint8Array) {
  let at = 0;
  return {
    isAtEnd: () => at === bytes.length,
    next: (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at];
        if (byte === undefined) throw new DeltaRefused('it ends within a number');
        at += 1;
        value += (byte % 128) * scale;
        if (!Number.isSafeInteger(value) || scale > 2 ** 49) throw new DeltaRefused('a number in it is too large');
        if (byte < 128) return value;
      }
    },
  };
}
