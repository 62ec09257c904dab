/** Spellings of addresses that must not be reached: of this machine, private networks, and where clouds keep credentials. */
export function hostileAddresses(port: number): readonly string[] {
  const numbers = [
    [127, 0, 0, 1],
    [127, 1, 2, 3],
    [10, 0, 0, 1],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [0, 0, 0, 0],
  ] as const;
  const hosts = [
    ...numbers.flatMap(([a, b, c, d]) => spellingsOfV4([a, b, c, d])),
    ...namesOfThisMachine,
    ...spellingsOfV6,
    ...hostsThatOthersMisread,
  ];
  const places = ['', `:${port}`];
  return [
    ...hosts.flatMap((host) => places.map((place) => `https://${host}${place}/`)),
    ...hosts.slice(0, 20).map((host) => `http://${host}:${port}/latest/meta-data/`),
    ...disguises.map((disguise) => disguise.replaceAll('PORT', String(port))),
  ];
}

type Bytes = readonly [number, number, number, number];

/** As inet_aton(3) reads them, and so do URLs: parts in octal and hexadecimal, and fewer parts than four. */
function spellingsOfV4([a, b, c, d]: Bytes): readonly string[] {
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = (part: number) => `0${part.toString(8)}`;
  const hex = (part: number) => `0x${part.toString(16)}`;
  const bytes = [a, b, c, d];
  const mapped = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return [
    bytes.join('.'),
    `${bytes.join('.')}.`,
    bytes.map(octal).join('.'),
    bytes.map((part) => `000${octal(part)}`).join('.'),
    bytes.map(hex).join('.'),
    bytes.map((part) => `0X${part.toString(16).padStart(8, '0').toUpperCase()}`).join('.'),
    `${hex(a)}.${b}.${octal(c)}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${hex(a)}.${(b * 256 + c) * 256 + d}`,
    String(whole),
    `${whole}.`,
    hex(whole),
    octal(whole),
    bytes.join('%2e'),
    bytes.join('.').replaceAll(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    // Full-width digits and ideographic full stops, which become ASCII.
    bytes.join('.').replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    bytes.join('\u3002'),
    bytes.join('\uff0e'),
    `[::ffff:${bytes.join('.')}]`,
    `[::ffff:${mapped}]`,
    `[::${bytes.join('.')}]`,
    `[64:ff9b::${bytes.join('.')}]`,
    `[64:ff9b:1::${mapped}]`,
    `[2002:${mapped}::1]`,
    `[0:0:0:0:0:ffff:${mapped}]`,
  ];
}

const namesOfThisMachine = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'LocalHost.',
  'a.localhost',
  'very.deep.localhost.',
  'loc%61lhost',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'localhost\u3002',
  // The resolver of the test says that every other name leads to this machine.
  'localtest.example',
  'xn--bcher-kva.example',
  'bücher.example',
  'metadata.google.internal',
  'instance-data',
];

const spellingsOfV6 = [
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::]',
  '[0::0]',
  '[::0001]',
  '[fe80::1]',
  '[fe80::1%25eth0]',
  '[fe80::1%eth0]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[FD00::1]',
  '[ff02::1]',
  '[2001::7f00:1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[100::1]',
  '[5f00::1]',
];

/** Names that are read in more than one way. */
const hostsThatOthersMisread = ['foo_bar.example', '_.example', 'a_b', '127.0.0.1_', '-.-_', 'hooks.example._tcp'];

const disguises = [
  'https://hooks.example.com@127.0.0.1:PORT/',
  'https://hooks.example.com:443@127.0.0.1:PORT/',
  'https://127.0.0.1:PORT#@hooks.example.com/',
  'https://127.0.0.1:PORT?@hooks.example.com/',
  'https://127.0.0.1:PORT\\@hooks.example.com/',
  'https:\\\\127.0.0.1:PORT\\',
  'https:/127.0.0.1:PORT/',
  'https:127.0.0.1:PORT/',
  ' https://127.0.0.1:PORT/',
  'https://127.0.0.1:PORT/%2f..',
  'ht\ntps://127.0.0.1:PORT/',
  'https://127.0.\t0.1:PORT/',
  'https://127.0.0.1\u0000:PORT/',
  'https://[::1]:PORT@hooks.example.com/',
  'https://user:password@hooks.example.com/',
  'https://:@127.0.0.1:PORT/',
  'file:///etc/passwd',
  'file://127.0.0.1/etc/passwd',
  'gopher://127.0.0.1:PORT/_x',
  'ftp://127.0.0.1:PORT/',
  'ws://127.0.0.1:PORT/',
  'data:text/plain,x',
  'javascript:alert(1)',
  'http://hooks.example.com/',
  'https://hooks.example.com:22/',
  'https://hooks.example.com:PORT/',
];
