import { makeSamlKey, responseXml, type SamlKey, signXml } from '@almanac/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ProviderFault } from './provider-fault.ts';
import { answeredAt, goodAnswer } from './saml-answer-for-tests.ts';
import { signingKeysOf } from './saml-keys.ts';
import { verifyResponse } from './verify-response.ts';

/** What is read at most, in bytes. */
const largest = 131_072;
/** So long nobody else is answered, in milliseconds. */
const longest = 50;
const turns = 7;

describe('documents of SAML', () => {
  let key: SamlKey;
  beforeAll(async () => {
    key = await makeSamlKey();
  });

  const root = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">';
  const filled = (piece: (at: number) => string, most = Number.POSITIVE_INFINITY) => {
    const pieces: string[] = [];
    let length = root.length + 20;
    for (let at = 0; at < most; at += 1) {
      const next = piece(at);
      length += Buffer.byteLength(next);
      if (length > largest) break;
      pieces.push(next);
    }
    return `${root}${pieces.join('')}</samlp:Response>`;
  };
  const attributes = Array.from({ length: 32 }, (_, at) => `a${at}="x"`).join(' ');
  const declared = Array.from({ length: 31 }, (_, at) => `xmlns:n${at}="urn:n${at}"`).join(' ');
  const nested = (depth: number, inner: string) => `${'<a>'.repeat(depth)}${inner}${'</a>'.repeat(depth)}`;
  const groups = Array.from({ length: 300 }, (_, at) => `group-${at}`);
  const signed = () =>
    signXml(responseXml({ ...goodAnswer, attributes: { ...goodAnswer.attributes, groups } }), { of: 'Assertion', key });
  const documents: Readonly<Record<string, () => string>> = {
    'of as many elements as there may be': () => filled(() => '<a></a>', 1990),
    'of elements with as many attributes as there may be': () => filled(() => `<a ${attributes}/>`),
    'of elements with as many namespaces as there may be': () => filled((at) => `<n${at % 31}:a ${declared}/>`),
    'of as many keys as there may be': () => filled((at) => `<a ID="k${at}"/>`, 1990),
    'as deep as it may be, again and again': () => filled(() => nested(30, 'x'), 66),
    'of one text': () => filled(() => 'x'.repeat(1000)),
    'of entities alone': () => filled(() => '&#120;&amp;&lt;'),
    'of spaces alone': () => filled(() => ' '.repeat(1000)),
    'of an attribute as long as it may be': () =>
      `${root.slice(0, -1)} a="${' '.repeat(largest - 200)}"></samlp:Response>`,
    'that ends in the middle': () => filled(() => '<a>', 30).slice(0, -20),
    'of open brackets': () => `${root}${'<'.repeat(largest - 200)}`,
    'that is one name': () => `<${'a'.repeat(largest - 10)}>`,
    'that is signed, with three hundred groups': signed,
    'that is signed, with three hundred groups, and was changed': () => signed().replace('group-7<', 'group-8<'),
  };

  it.each(Object.keys(documents))('%s keep everybody else waiting for fifty milliseconds at most', (name) => {
    const bytes = Buffer.from(documents[name]?.() ?? '');
    const keys = signingKeysOf(key.certificate);
    if (typeof keys === 'string') throw new Error(keys);
    expect(bytes.length).toBeLessThanOrEqual(largest);

    const times: number[] = [];
    let outcome = '';
    for (let turn = 0; turn < turns; turn += 1) {
      const begun = process.threadCpuUsage();
      try {
        verifyResponse(bytes, { ...goodAnswer, keys, signed: 'assertion' }, answeredAt);
        outcome = 'taken';
      } catch (error) {
        if (!(error instanceof ProviderFault)) throw error;
        outcome = error.message;
      }
      const { user, system } = process.threadCpuUsage(begun);
      times.push((user + system) / 1000);
    }

    console.log(`${name}: ${bytes.length} bytes, ${Math.min(...times).toFixed(1)} ms; ${outcome.slice(0, 90)}`);
    // Time of the processor, at its best: what else runs on the machine is not the document's.
    expect(Math.min(...times)).toBeLessThan(longest);
  });
});
