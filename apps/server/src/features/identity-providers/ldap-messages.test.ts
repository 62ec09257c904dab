import fc from 'fast-check';
import { MessageParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { takeMessages, UnsoundMessage } from './ldap-messages.ts';

/** An element of BER: its tag, and what is in it. */
function element(tag: number, ...content: readonly (Buffer | string | number)[]): Buffer {
  const inside = Buffer.concat(
    content.map((each) => (typeof each === 'number' ? Buffer.from([each]) : Buffer.from(each))),
  );
  const length = inside.length < 0x80 ? [inside.length] : [0x82, inside.length >> 8, inside.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), inside]);
}

const id = element(0x02, 7);
const result = (tag: number) => element(tag, element(0x0a, 0), element(0x04), element(0x04, 'fine'));
const attribute = element(
  0x30,
  element(0x04, 'uid'),
  element(0x31, element(0x04, 'dora'), element(0x04, 'd'.repeat(300))),
);
const controls = element(
  0xa0,
  element(0x30, element(0x04, '1.2.840.113556.1.4.319'), element(0x04, '0\x05\x02\x01\x00\x04\x00')),
);
const sound = {
  bind: element(0x30, id, result(0x61)),
  entry: element(0x30, id, element(0x64, element(0x04, 'uid=dora'), element(0x30, attribute, attribute))),
  reference: element(0x30, id, element(0x73, element(0x04, 'ldap://elsewhere'))),
  done: element(0x30, id, result(0x65), controls),
  extended: element(0x30, id, result(0x78)),
};

describe('what a directory sends', () => {
  it.each(Object.entries(sound))('is taken where it is a whole answer: %s', (_name, message) => {
    expect(takeMessages(message)).toEqual({ messages: [message], rest: Buffer.alloc(0) });
  });

  it('is cut into messages wherever it was cut before', () => {
    const all = Buffer.concat(Object.values(sound));
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), all.length];
        let rest: Buffer = Buffer.alloc(0);
        const messages: Buffer[] = [];
        for (const [index, from] of at.slice(0, -1).entries()) {
          const taken = takeMessages(Buffer.concat([rest, all.subarray(from, at[index + 1])]));
          messages.push(...taken.messages);
          rest = taken.rest;
        }
        expect(messages).toEqual(Object.values(sound));
        expect(rest).toHaveLength(0);
      }),
    );
  });

  it.each<[string, Buffer]>([
    [
      'a value longer than its attribute',
      element(
        0x30,
        id,
        element(
          0x64,
          element(0x04),
          element(0x30, element(0x30, element(0x04, 'uid'), Buffer.from([0x31, 0x03, 0x04, 0x7f, 0x61]))),
        ),
      ),
    ],
    ['a list that is a text', element(0x30, id, element(0x64, element(0x04), element(0x04, '\x30\x7f\x04')))],
    ['a request', element(0x30, id, element(0x60, element(0x02, 3)))],
    ['nothing of a message', element(0x30)],
    ['no message', Buffer.from('HTTP/1.1 200 OK')],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0x02, 0x01, 0x01])],
    ['a length that nobody has', Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])],
    ['a length of eight bytes', Buffer.from([0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1])],
  ])('is refused: %s', (_what, bytes) => {
    expect(() => takeMessages(bytes)).toThrow(UnsoundMessage);
  });

  it('is read to its end by the parser, or refused before it, whatever is changed in it', () => {
    const change = fc.record({ at: fc.nat(400), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(sound)), fc.array(change, { maxLength: 3 }), (message, changes) => {
        const changed = Buffer.from(message);
        for (const { at, to } of changes) changed[at % changed.length] = to;
        try {
          for (const each of takeMessages(changed).messages) {
            const parser = new MessageParser();
            parser.on('error', () => undefined);
            parser.read(each, new Map());
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UnsoundMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
