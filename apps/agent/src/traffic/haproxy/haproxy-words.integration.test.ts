import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GatewayConfigInput, gatewayConfig } from '@almanac/protocol/gateway';
import { hostileWords } from '@almanac/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHaproxy } from './haproxy-client.ts';
import { haproxyConfigOf, haproxyFile } from './haproxy-config.ts';
import { holdScript } from './hold-script.ts';

const program = findHaproxy(process.env['PATH']);
const piece = fc.oneof(fc.constantFrom(...hostileWords), fc.string({ maxLength: 8 }));
const drawn = fc.array(piece, { minLength: 1, maxLength: 3 }).map((each) => each.join(''));
/** Often what a schema takes, so that it comes as far as the configuration. */
const printable = fc.oneof(
  drawn.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 20 }),
);

/** What people and sites say, that stands in a configuration of HAProxy. */
interface Said {
  readonly host: string;
  readonly value: string;
  readonly header: string;
  readonly certificate: string;
}

const plain: Said = { host: 'HOST', value: 'VALUE', header: 'HEADER', certificate: '/CERTIFICATE' };

function configWith(said: Said, names = { service: 'shop/web', instance: 'one', address: '127.0.0.1' }) {
  const version = { version: 'v1', build: 'b', weight: 1 };
  const input: GatewayConfigInput = {
    revision: 7,
    listeners: [
      {
        address: names.address,
        port: 7443,
        target: { kind: 'hosts', hosts: { [said.host]: names.service } },
        tls: { certificates: [{ names: [said.host], certificateFile: 'a', keyFile: 'b' }] },
      },
    ],
    services: [
      {
        name: names.service,
        hold: false,
        versions: [version],
        backends: [{ instance: names.instance, port: 9000, version: 'v1', state: 'active' }],
        rules: [
          { from: 'header', name: 'x-preview', match: 'equals', value: said.value, version: 'v1' },
          { from: 'cookie', name: 'preview', match: 'prefix', value: said.value, version: 'v1' },
        ],
        sticky: { cookie: 'stays', seconds: 60 },
        headers: [{ name: 'x-policy', value: said.header, over: 'any', whenSent: 'keep' }],
      },
    ],
  };
  return gatewayConfig.safeParse(input);
}

const places = (said: Said, folder = '/run') => ({
  holdScript: join(folder, 'hold.lua'),
  logPort: 7514,
  reports: join(folder, 'reports.sock'),
  certificates: () => [said.certificate],
});

/** The file of HAProxy; undefined where what was said is refused. */
function fileWith(said: Said, folder?: string): string | undefined {
  const config = configWith(said);
  if (!config.success) return undefined;
  try {
    return haproxyFile(haproxyConfigOf(config.data, places(said, folder)), 7);
  } catch {
    return undefined;
  }
}

/** The words of each line, as HAProxy reads them (configuration manual, section 2.2): quotes, backslashes, comments. */
function wordsOf(file: string): readonly (readonly string[])[] {
  return file.split(/\n/).map((line) => {
    const words: string[] = [];
    let word: string | undefined;
    let quote = '';
    for (let at = 0; at < line.length; at += 1) {
      const letter = line[at] ?? '';
      if (quote === '' && letter === '#') break;
      if (quote === '' && /\s/.test(letter)) {
        if (word !== undefined) words.push(word);
        word = undefined;
      } else if (letter === '\\' && quote !== "'" && (quote === '' || /[\\"$]/.test(line[at + 1] ?? ''))) {
        at += 1;
        word = (word ?? '') + (line[at] ?? '');
      } else if (letter === quote || (quote === '' && /["']/.test(letter))) {
        quote = quote === '' ? letter : '';
        word ??= '';
      } else if (quote === '"' && letter === '$') word = `${word ?? ''}A VARIABLE`;
      else word = (word ?? '') + letter;
    }
    if (quote !== '') words.push('A QUOTE THAT DOES NOT END');
    return word === undefined ? words : [...words, word];
  });
}

describe('a configuration of HAProxy', () => {
  const expected = wordsOf(fileWith(plain) ?? '');
  const said = fc.record({
    host: drawn,
    value: printable,
    header: printable.map((text) => text.trim()),
    certificate: drawn.map((text) => `/${text}`),
  });

  it('has what people say as one word in its place, or is not made', () => {
    let made = 0;
    fc.assert(
      fc.property(said, (each) => {
        const file = fileWith(each);
        if (file === undefined) return;
        made += 1;
        const filledIn = (word: string) =>
          word
            .replace('HOST', () => each.host)
            .replace('VALUE', () => each.value)
            .replace('HEADER', () => each.header.replaceAll('%', '%%'))
            .replace('/CERTIFICATE', () => each.certificate);
        expect(wordsOf(file)).toEqual(expected.map((line) => line.map(filledIn)));
      }),
      { numRuns: 2000, seed: 20_261_130 },
    );

    expect(expected.length).toBeGreaterThan(60);
    expect(made).toBeGreaterThan(500);
  });

  it('names services, instances and addresses by names that can be nothing else, or is not made', () => {
    const name = fc.oneof(drawn, fc.constantFrom('shop/web', 'one', '127.0.0.1', 'b.c:d-e', '-m', 'a;shutdown'));
    let made = 0;
    fc.assert(
      fc.property(name, name, name, (service, instance, address) => {
        const config = configWith(plain, { service, instance, address });
        const isPlain = [service, instance, address].every((each) => /^\w[\w./:-]*$/.test(each));
        const make = () => haproxyConfigOf(config.data ?? gatewayConfig.parse({}), places(plain));
        if (!isPlain || /\//.test(instance + address)) {
          expect(make).toThrow(/named|line break/);
          return;
        }
        made += 1;
        expect(wordsOf(haproxyFile(make(), 7)).map((line) => line.length)).toEqual(expected.map((line) => line.length));
      }),
      { numRuns: 2000, seed: 20_261_130 },
    );

    expect(made).toBeGreaterThan(10);
  });

  describe.skipIf(program === undefined)('as HAProxy itself reads it', () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'haproxy words '));
      await writeFile(join(folder, 'hold.lua'), holdScript);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('is sound with everything hostile in it at once', async () => {
      const values = hostileWords.map((each) => each.replaceAll(/[^\x20-\x7e]/g, '')).join(' ');
      const host = hostileWords.filter((each) => !/[\r\n]/.test(each)).join(' ');
      const config = configWith({ host, value: values, header: values, certificate: '' });
      // Certificates are not read here: HAProxy would look for the file, whatever it is called.
      const listeners = (config.data?.listeners ?? []).map((each) => ({ ...each, tls: null }));
      const file = join(folder, 'haproxy.cfg');
      const parsed = gatewayConfig.parse({ ...config.data, listeners });
      await writeFile(file, haproxyFile(haproxyConfigOf(parsed, places(plain, folder)), 7));

      await expect(promisify(execFile)(program ?? '', ['-c', '-q', '-f', file])).resolves.toBeDefined();
    });
  });
});
