import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Chunk } from './chunker.ts';
import { leftovers, planDelta, type Span, type Step } from './plan-delta.ts';
import { DeltaRefused, readSteps, writeSteps } from './steps.ts';

// A delta: eight bytes that say so, four with the length of the steps (big-endian), the steps, and then what is new, both
// compressed with zstd; what is new against the leftovers of the base as dictionary, as `zstd --patch-from` does it with
// the whole file. Without a base the steps are one, and all is new.

const mark = Buffer.from('almdlt1\n', 'latin1');
const headSize = mark.length + 4;
const mostStepBytes = 8 * 1024 ** 2;
const mostPlainStepBytes = 64 * 1024 ** 2;
/** So much of the base is held in memory while a delta is made or applied. */
const mostDictionary = 64 * 1024 ** 2;
/** Memory of whoever unpacks is 2 to the power of it. */
const largestWindow = 27;
const leastWindow = 14;
/** Memory of whoever packs is about 5 times 2 to the power of it; 19's own tables forget what is 16 MB back. */
const largestTable = 25;
const pieceSize = 1024 ** 2;

/** Content on the disk, and how it is cut. */
export interface CutFile {
  readonly file: string;
  readonly size: number;
  readonly chunks: readonly Chunk[];
}

/** Writes how the target is put together of the base, or of nothing; gives the size in bytes. */
export async function writeDelta(input: {
  readonly target: CutFile;
  readonly base: CutFile | undefined;
  readonly into: string;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { target, base, into, signal } = input;
  const { steps, novel } = planDelta(base?.chunks ?? [], target.chunks);
  const plain = writeSteps(steps);
  const packed = await promisify(zlib.zstdCompress)(plain, {
    params: { [level]: 19, [zlib.constants.ZSTD_c_windowLog]: within(plain.length, largestWindow) },
  });
  const head = Buffer.alloc(headSize);
  mark.copy(head);
  head.writeUInt32BE(packed.length, mark.length);
  const dictionary = base === undefined ? undefined : await readLeftovers(base, steps);
  const size = novel.reduce((sum, span) => sum + span.size, 0);
  const compress = zlib.createZstdCompress(compression({ size, dictionary, isWhole: base === undefined }));
  const output = createWriteStream(into, { mode: 0o600 });
  output.write(Buffer.concat([head, packed]));
  await pipeline(Readable.from(spansOf(target.file, novel), { objectMode: false }), compress, output, { signal });
  return (await stat(into)).size;
}

/**
 * Puts the target together in a file. The delta comes from outside: whatever it says is held against what was announced
 * before anything is made, and no more is unpacked than that. Whether the content is right only its digest can say.
 *
 * @throws {DeltaRefused} where it is not a delta, or not one of this base and this size
 */
export async function applyDelta(input: {
  readonly delta: string;
  readonly base: string | undefined;
  readonly into: string;
  readonly targetSize: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { signal } = input;
  const base = input.base === undefined ? undefined : await open(input.base, 'r');
  try {
    const baseSize = (await base?.stat())?.size ?? 0;
    const { steps, end } = await readHead(input.delta, { base: baseSize, target: input.targetSize });
    const dictionary =
      base === undefined ? undefined : await readSpans(base, leftovers({ steps, baseSize, most: mostDictionary }));
    const unpack = zlib.createZstdDecompress({ ...withDictionary(dictionary), params: { [windowMax]: largestWindow } });
    const unpacking = pipeline(createReadStream(input.delta, { start: end }), unpack, { signal });
    // It is waited for below; when writing fails first, nobody waits yet.
    unpacking.catch(() => undefined);
    await pipeline(
      Readable.from(assemble({ steps, base, unpack }), { objectMode: false }),
      createWriteStream(input.into, { mode: 0o600 }),
      {
        signal,
      },
    );
    await unpacking;
  } finally {
    await base?.close();
  }
}

const level = zlib.constants.ZSTD_c_compressionLevel;
const windowMax = zlib.constants.ZSTD_d_windowLogMax;

/** The power of two that holds so many bytes: tables for more are memory that is only cleared. */
function within(bytes: number, most: number): number {
  return Math.min(most, Math.max(leastWindow, Math.ceil(Math.log2(bytes + 1))));
}

function compression(input: {
  readonly size: number;
  readonly dictionary: Buffer | undefined;
  readonly isWhole: boolean;
}): zlib.ZstdOptions {
  const { size, dictionary } = input;
  const table = within(2 * (size + (dictionary?.length ?? 0)), largestTable);
  // A whole artifact is often larger than what is new in one by a hundred times: it is compressed with less effort.
  if (input.isWhole) return { params: { [level]: 9 } };
  return {
    ...withDictionary(dictionary),
    params: {
      [level]: 19,
      [zlib.constants.ZSTD_c_windowLog]: within(size, largestWindow),
      [zlib.constants.ZSTD_c_chainLog]: table,
      [zlib.constants.ZSTD_c_hashLog]: table - 2,
    },
  };
}

/** zstd takes a very short dictionary for none, and one that begins with its own mark for something else. */
function withDictionary(dictionary: Buffer | undefined): { readonly dictionary?: Buffer } {
  if (dictionary === undefined || dictionary.length < 8 || dictionary.readUInt32LE(0) === 0xec30_a437) return {};
  return { dictionary };
}

async function readLeftovers(base: CutFile, steps: readonly Step[]): Promise<Buffer> {
  const handle = await open(base.file, 'r');
  try {
    return await readSpans(handle, leftovers({ steps, baseSize: base.size, most: mostDictionary }));
  } finally {
    await handle.close();
  }
}

async function readHead(
  file: string,
  sizes: { readonly base: number; readonly target: number },
): Promise<{ readonly steps: readonly Step[]; readonly end: number }> {
  const handle = await open(file, 'r');
  try {
    const head = await readExactly(handle, { offset: 0, size: headSize });
    if (!head.subarray(0, mark.length).equals(mark)) throw new DeltaRefused('it is something else');
    const length = head.readUInt32BE(mark.length);
    if (length > mostStepBytes) throw new DeltaRefused('its steps are too many');
    const packed = await readExactly(handle, { offset: headSize, size: length });
    const plain = await promisify(zlib.zstdDecompress)(packed, { maxOutputLength: mostPlainStepBytes }).catch(() => {
      throw new DeltaRefused('its steps cannot be unpacked');
    });
    return { steps: readSteps(plain, sizes), end: headSize + length };
  } finally {
    await handle.close();
  }
}

async function* assemble(input: {
  readonly steps: readonly Step[];
  readonly base: FileHandle | undefined;
  readonly unpack: Readable;
}): AsyncGenerator<Buffer> {
  const novel = input.unpack[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const nextPiece = async () => {
    const next = await novel.next().catch(() => {
      throw new DeltaRefused('what is new in it cannot be unpacked');
    });
    return next.done === true ? undefined : next.value;
  };
  let rest: Buffer = Buffer.alloc(0);
  for (const step of input.steps) {
    if (input.base !== undefined) yield* spansOfHandle(input.base, [step.copy]);
    for (let missing = step.novel; missing > 0; ) {
      if (rest.length === 0) {
        const piece = await nextPiece();
        if (piece === undefined) throw new DeltaRefused('less is new in it than it says');
        rest = piece;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  }
  if (rest.length > 0 || (await nextPiece()) !== undefined) throw new DeltaRefused('more is new in it than it says');
}

async function* spansOf(file: string, spans: readonly Span[]): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    yield* spansOfHandle(handle, spans);
  } finally {
    await handle.close();
  }
}

async function* spansOfHandle(handle: FileHandle, spans: readonly Span[]): AsyncGenerator<Buffer> {
  for (const span of spans) {
    const end = span.offset + span.size;
    for (let offset = span.offset; offset < end; offset += pieceSize)
      yield await readExactly(handle, { offset, size: Math.min(pieceSize, end - offset) });
  }
}

async function readSpans(handle: FileHandle, spans: readonly Span[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of spansOfHandle(handle, spans)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function readExactly(handle: FileHandle, span: Span): Promise<Buffer> {
  const buffer = Buffer.alloc(span.size);
  let done = 0;
  while (done < span.size) {
    const { bytesRead } = await handle.read(buffer, done, span.size - done, span.offset + done);
    if (bytesRead === 0) throw new DeltaRefused('it ends too early');
    done += bytesRead;
  }
  return buffer;
}
