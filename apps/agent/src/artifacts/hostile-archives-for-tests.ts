import { Buffer } from 'node:buffer';

/** Where the archives of a run may be unpacked: the folder of the artifact lies four folders deep in it. */
export interface Surroundings {
  /** Absolute; what lies in it and not in the artifact's folder must stay as it is. */
  readonly sandbox: string;
  /** What limits an unpacking has, so that some archives can break them. */
  readonly entries: number;
  readonly bytes: number;
}

export interface HostileArchive {
  /** What was tried, for the report of a failure. */
  readonly kinds: readonly string[];
  readonly bytes: Buffer;
  /** Bytes were changed at random: names may be any. */
  readonly garbled: boolean;
}

/** One entry as it is written, also where no library would write it. */
interface RawEntry {
  readonly name: string;
  /** The letter of its type: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, 6 pipe. */
  readonly type?: string;
  readonly mode?: number;
  readonly linkname?: string;
  readonly content?: string | Buffer;
  /** Twelve bytes in place of the size of the content. */
  readonly size?: Buffer;
  readonly prefix?: string;
  readonly gnu?: boolean;
}

type Chance = () => number;
type Draw = (from: Surroundings, chance: Chance) => readonly Buffer[];

const blockSize = 512;

function entry(raw: RawEntry): Buffer {
  const content = Buffer.from(raw.content ?? '');
  const header = Buffer.alloc(blockSize);
  header.write(raw.name, 0, 100);
  header.write((raw.mode ?? 0o644).toString(8).padStart(7, '0'), 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (raw.size === undefined) header.write(content.length.toString(8).padStart(11, '0'), 124);
  else raw.size.copy(header, 124, 0, 12);
  header.write('00000000000', 136);
  header.write(raw.type ?? '0', 156);
  header.write(raw.linkname ?? '', 157, 100);
  if (raw.gnu === true) header.write('ustar  \0', 257, 'latin1');
  else header.write('ustar\x0000', 257, 'latin1');
  header.write(raw.prefix ?? '', 345, 155);
  header.write(checksumOf(header), 148, 'latin1');
  return Buffer.concat([header, content, Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)]);
}

function checksumOf(header: Buffer): string {
  let sum = 8 * 32;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

/** Headers that stand before an entry and say more than its own has room for. */
function pax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const content = Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + 1;
      while (String(length).length + rest !== length) length += 1;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
  return entry({ name: 'PaxHeader', type, content });
}

const longName = (name: string, type: 'L' | 'K' = 'L') =>
  entry({ name: '././@LongLink', type, content: `${name}\0`, gnu: true });

const pick = <Value>(chance: Chance, values: readonly Value[]): Value =>
  values[Math.floor(chance() * values.length)] as Value;

const sometimes = (chance: Chance, given: Buffer): readonly Buffer[] => (chance() < 0.5 ? [given] : []);

/** A name of a few, so that entries meet each other. */
const someName = (chance: Chance) => pick(chance, ['a', 'b', 'c', 'a/b', 'a/b/c', 'b/c', 'p/q']);

const waysOut = [
  '..',
  '../evil',
  '../../evil',
  'a/../../evil',
  './../evil',
  'a/./..//../evil',
  'a/b/../../../evil',
  '../',
];

/** Each kind of what an archive can try. */
const draws: Readonly<Record<string, Draw>> = {
  plain: (_, chance) => {
    const name = someName(chance);
    return [
      entry({ name, content: 'x'.repeat(Math.floor(chance() * 2000)), mode: pick(chance, [0o644, 0o755, 0o7777, 0]) }),
    ];
  },
  folder: (_, chance) => [entry({ name: `${someName(chance)}/`, type: '5' })],
  'link inside': (_, chance) => [
    entry({ name: someName(chance), type: '2', linkname: pick(chance, ['b', 'a', './c', 'nothing', 'a/b/']) }),
  ],
  traversal: (_, chance) => [
    entry({ name: pick(chance, waysOut), content: 'evil', type: pick(chance, ['0', '5', '2']) }),
  ],
  absolute: ({ sandbox }, chance) => [
    longName(`${pick(chance, ['', '/', '//'])}${sandbox}/outside/${pick(chance, ['evil', 'canary'])}`),
    entry({ name: 'a', content: 'evil', gnu: true }),
  ],
  'traversal by another header': (_, chance) => {
    const path = pick(chance, waysOut);
    return pick(chance, [
      [pax({ path }), entry({ name: 'a', content: 'evil' })],
      [pax({ path }, 'g'), entry({ name: 'a', content: 'evil' })],
      [longName(path), entry({ name: 'a', content: 'evil', gnu: true })],
      [entry({ name: 'evil', prefix: '../a/..', content: 'evil' })],
      [pax({ path, linkpath: '../outside' }), entry({ name: 'a', type: '2', linkname: 'b' })],
      [longName('../../outside/canary', 'K'), entry({ name: 'a', type: '2', linkname: 'b', gnu: true })],
    ]);
  },
  'link out': ({ sandbox }, chance) => [
    pax({ linkpath: pick(chance, ['..', '../..', '../outside', `${sandbox}/outside`, 'b/../../x', './..']) }),
    entry({ name: 'way', type: '2', linkname: 'x' }),
    ...sometimes(chance, entry({ name: pick(chance, ['way/evil', 'way/canary', 'way']), content: 'evil' })),
  ],
  'links that lead out together': (_, chance) => [
    entry({ name: 'deep/er/', type: '5' }),
    entry({ name: 'flat/', type: '5' }),
    entry({ name: 'deep/er/to-flat', type: '2', linkname: '../../flat' }),
    entry({
      name: 'out',
      type: '2',
      linkname: pick(chance, ['deep/er/to-flat/../..', 'deep/er/to-flat/../../outside']),
    }),
    ...sometimes(chance, entry({ name: 'out/evil', content: 'evil' })),
  ],
  'a link in another spelling': (_, chance) => {
    const [link, other] = pick(chance, [
      ['Way', 'way'],
      ['caf\u00e9', 'cafe\u0301'],
      ['stra\u00dfe', 'STRASSE'],
      ['\u212aey', 'key'],
      ['way', './/way/.'],
    ] as const);
    return [
      entry({ name: link, type: '2', linkname: pick(chance, ['.', 'a', '..']) }),
      entry({ name: `${other}/evil`, content: 'evil' }),
    ];
  },
  'hard link': ({ sandbox }, chance) => [
    pax({ linkpath: pick(chance, [`${sandbox}/outside/canary`, '../../../../outside/canary', 'a', '']) }),
    entry({ name: 'hard', type: '1', linkname: 'x' }),
    entry({ name: 'hard', content: 'evil' }),
  ],
  device: (_, chance) => [entry({ name: someName(chance), type: pick(chance, ['3', '4', '6', '7']) })],
  'unknown type': (_, chance) => [
    entry({
      name: someName(chance),
      type: pick(chance, ['S', 'M', 'V', 'D', 'X', 'N', 'A', 'z', ' ', '9']),
      content: 'x',
    }),
  ],
  twice: (_, chance) => {
    const kinds = ['0', '2', '5', '0'];
    const [one, other] = pick(chance, [
      ['same', 'same'],
      ['same', './same'],
      ['same', 'SAME'],
      ['caf\u00e9', 'cafe\u0301'],
      ['same', 'same/below'],
      ['same/below', 'same'],
    ] as const);
    return [one, other].map((name) => entry({ name, type: pick(chance, kinds), linkname: 'a', content: '' }));
  },
  sparse: (_, chance) => [
    pick(chance, [
      pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '99999999999' }),
      pax({ 'GNU.sparse.size': '99999999999', 'GNU.sparse.map': '0,1,99999999998,1' }),
      Buffer.alloc(0),
    ]),
    entry({ name: 'sparse', type: pick(chance, ['0', 'S']), content: 'x', gnu: true }),
  ],
  'a size that is none': (_, chance) => {
    const size = pick(chance, [
      Buffer.from('80ffffffffffffffffffffff', 'hex'),
      Buffer.from('ffffffffffffffffffffff00', 'hex'),
      Buffer.from('800000000000000400000000', 'hex'),
      Buffer.from('77777777777\0', 'latin1'),
      Buffer.from('-0000000001\0', 'latin1'),
      Buffer.from('9z9z9z9z9z9\0', 'latin1'),
      Buffer.alloc(12, 32),
    ]);
    return [entry({ name: 'sized', size, content: 'x', type: pick(chance, ['0', '5', 'x', 'L', 'g', '2']) })];
  },
  'a size by another header': (_, chance) => [
    pax({ size: pick(chance, ['-1', '99999999999999', 'NaN', '1e9', '0', '', '511', '0x10']) }),
    entry({ name: 'sized', content: 'xyz' }),
  ],
  'huge header': (_, chance) => [
    pick(chance, [
      pax({ path: 'x'.repeat(20_000) }),
      pax({ path: 'd/'.repeat(10_000) }),
      pax({ path: `${'d/'.repeat(500)}x` }),
      pax({ path: '\u00e4'.repeat(1000) }),
      pax({ comment: 'x'.repeat(50_000) }),
      pax({ linkpath: '../'.repeat(5000) }),
      pax(Object.fromEntries(Array.from({ length: 500 }, (__, at) => [`key${at}`, 'x']))),
      longName('n/'.repeat(8000)),
      entry({ name: 'PaxHeader', type: 'x', content: '-5 a=\n9999999 path=x\n 5 \n0 =' }),
      entry({ name: 'PaxHeader', type: 'x', size: Buffer.from('00400000000\0') }),
    ]),
    entry({ name: 'a', type: pick(chance, ['0', '2']), content: 'x', linkname: 'b' }),
  ],
  'many entries': ({ entries }, chance) => {
    const type = pick(chance, ['0', '5']);
    return Array.from({ length: entries + 5 }, (_, at) => entry({ name: `many/${at}`, type }));
  },
  'many folders by few names': ({ entries }) =>
    Array.from({ length: Math.ceil(entries / 40) + 2 }, (_, at) => entry({ name: `${at}/${'d/'.repeat(45)}x` })),
  'many bytes': ({ bytes }) => [
    entry({ name: 'bytes', content: Buffer.alloc(Math.ceil(bytes / 2)) }),
    entry({ name: 'more', content: Buffer.alloc(Math.ceil(bytes / 2) + 1) }),
  ],
  'odd name': (_, chance) => [
    pax({
      path: pick(chance, [
        '',
        '.',
        './',
        '/',
        '//',
        'a\0b',
        'a\\..\\..\\evil',
        '..\\evil',
        'C:\\evil',
        'C:evil',
        '\u001b[2Jx',
        'user\u202egpj.exe',
        'CON',
        'a.',
        'a ',
        '~',
        '-rf',
        '$(id)',
        'x'.repeat(256),
        '__proto__',
        'constructor/prototype',
        '\ud800',
        '.tmp',
      ]),
    }),
    entry({ name: pick(chance, ['', 'x']), content: 'odd', type: pick(chance, ['0', '0', '5', '2']), linkname: 'a' }),
  ],
};

/** Twice the blocks of zeros that end an archive, and what some put behind them. */
const ending = Buffer.alloc(2 * blockSize);

/** One archive of a few pieces; some are cut short, and some have bytes changed. */
export function drawHostileArchive(from: Surroundings, chance: Chance): HostileArchive {
  const kinds = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => pick(chance, Object.keys(draws)));
  const pieces = kinds.flatMap((kind) => draws[kind]?.(from, chance) ?? []);
  if (chance() < 0.8) pieces.push(ending);
  if (chance() < 0.1) pieces.push(entry({ name: '../evil', content: 'behind the end' }));
  let bytes = Buffer.concat(pieces);
  if (chance() < 0.1) {
    kinds.push('cut short');
    bytes = bytes.subarray(0, Math.floor(chance() * bytes.length));
  }
  const garbled = chance() < 0.15;
  if (garbled) {
    kinds.push('garbled');
    garble(bytes, chance);
  }
  return { kinds, bytes, garbled };
}

export const kindsOfHostileArchives: readonly string[] = [...Object.keys(draws), 'cut short', 'garbled'];

/** Changes a few bytes, and mostly sets the checksum of that block right again. */
function garble(bytes: Buffer, chance: Chance): void {
  for (let times = 1 + Math.floor(chance() * 6); times > 0; times -= 1) {
    const at = Math.floor(chance() * bytes.length);
    bytes[at] = Math.floor(chance() * 256);
    const header = bytes.subarray(at - (at % blockSize), at - (at % blockSize) + blockSize);
    if (header.length === blockSize && chance() < 0.9) header.write(checksumOf(header), 148, 'latin1');
  }
}
