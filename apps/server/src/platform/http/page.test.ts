import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, momentInCursor } from './page.ts';

describe('a cursor', () => {
  it('comes back as the key that it was made of', () => {
    expect(decodeCursor(encodeCursor(['2026-01-01T00:00:00.000Z', 7]))).toEqual(['2026-01-01T00:00:00.000Z', 7]);
  });

  it.each(['', 'no base64 of JSON', Buffer.from('{"a":1}').toString('base64url')])(
    'that is %j is refused',
    (cursor) => {
      expect(() => decodeCursor(cursor)).toThrow(
        expect.objectContaining({ refusal: expect.objectContaining({ code: 'invalid-cursor' }) }),
      );
    },
  );

  it('tells its moment', () => {
    expect(momentInCursor('2026-01-01T00:00:00.000Z')).toEqual(new Date('2026-01-01T00:00:00.000Z'));
  });

  it.each(['shop', '', undefined])('of another list, with %j for a moment, is refused', (part) => {
    expect(() => momentInCursor(part)).toThrow(
      expect.objectContaining({ refusal: expect.objectContaining({ code: 'invalid-cursor' }) }),
    );
  });
});
