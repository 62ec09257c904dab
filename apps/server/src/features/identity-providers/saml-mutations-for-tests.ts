import { responseXml, type SamlKey, signXml } from '@almanac/testkit';
import { ProviderFault } from './provider-fault.ts';
import { answeredAt, goodAnswer } from './saml-answer-for-tests.ts';
import type { ReadAssertion } from './saml-assertion.ts';
import { signingKeysOf } from './saml-keys.ts';
import { verifyResponse } from './verify-response.ts';

/** A document that came out of a good one by chance and was accepted, with what was read of it. */
export interface Accepted {
  readonly xml: string;
  readonly signed: 'assertion' | 'response';
  readonly read: ReadAssertion;
}

/**
 * Changes good answers at random and gives what was accepted all the same.
 *
 * @throws whatever is thrown that is no `ProviderFault`
 */
export function acceptedOf(
  key: SamlKey,
  given: { readonly seed: number; readonly count: number },
): {
  readonly good: ReadAssertion;
  readonly accepted: readonly Accepted[];
} {
  const keys = signingKeysOf(key.certificate);
  if (typeof keys === 'string') throw new Error(keys);
  const verify = (xml: string, signed: Accepted['signed']) =>
    verifyResponse(Buffer.from(xml), { ...goodAnswer, keys, signed }, answeredAt);
  const byAssertion = signXml(responseXml(goodAnswer), { of: 'Assertion', key });
  const both = signXml(byAssertion, { of: 'Response', key });
  const byResponse = signXml(responseXml(goodAnswer), { of: 'Response', key });
  const originals = [
    { xml: byAssertion, signed: 'assertion' },
    { xml: byResponse, signed: 'response' },
    { xml: both, signed: 'assertion' },
  ] as const;
  const draw = drawing(given.seed);
  const accepted: Accepted[] = [];
  for (let each = 0; each < given.count; each += 1) {
    const { xml, signed } = draw(originals);
    const changed = mutated(xml, draw);
    try {
      accepted.push({ xml: changed, signed, read: verify(changed, signed) });
    } catch (error) {
      if (!(error instanceof ProviderFault)) throw error;
    }
  }
  return { good: verify(byAssertion, 'assertion'), accepted };
}

type Draw = <Value>(of: readonly Value[]) => Value;

/** Chosen by chance that can be repeated. */
function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (of) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const found = of[state % of.length];
    if (found === undefined) throw new Error('there is nothing to draw from');
    return found;
  };
}

const inserted = [
  '<!-- -->',
  '<?x?>',
  '<![CDATA[x]]>',
  '&#65;',
  '&amp;',
  ' ',
  '\r',
  '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">key-of-ada</saml:NameID>',
  '<x xmlns=""/>',
  'key-of-ada',
];

/** One to three changes in tags and texts, or in a character. */
function mutated(xml: string, draw: Draw): string {
  const tokens = xml.match(/<[^>]*>|[^<]+/g) ?? [];
  const place = () => draw([...tokens.keys()]);
  for (let left = draw([1, 1, 2, 3]); left > 0; left -= 1) {
    const [one, two] = [place(), place()];
    const [from, to] = [Math.min(one, two), Math.max(one, two)];
    draw([
      () => tokens.splice(one, 1),
      () => tokens.splice(one, 0, draw(inserted)),
      () => tokens.splice(one, 0, ...tokens.slice(from, to + 1)),
      () => tokens.splice(one, 0, ...tokens.splice(from, to - from)),
      () => tokens.splice(one, 1, tokens[two] ?? ''),
      () => tokens.splice(one, 1, changedText(tokens[one] ?? '', draw)),
      () =>
        tokens.splice(
          one,
          1,
          (tokens[one] ?? '').replace(/"[^"]*"/, `"${draw(['_assertion', '_response', 'x', ''])}"`),
        ),
      () =>
        tokens.splice(one, 1, (tokens[one] ?? '').replace(/ ?\/?>$/, ` ${draw(['ID', 'Id', 'x', 'xmlns'])}="_a"$&`)),
    ])();
  }
  return tokens.join('');
}

function changedText(text: string, draw: Draw): string {
  const at = draw([...Array(Math.max(1, text.length)).keys()]);
  return text.slice(0, at) + draw('aZ0 <>&"=/:#-\t\n\u0000\u2028é'.split('')) + text.slice(at + draw([0, 1]));
}
