import { randomBytes } from 'node:crypto';
import { type Id, uuidV7 } from '@almanac/domain';

/** A new key: UUIDv7 from this machine's clock, which orders roughly and decides nothing. */
export function newId<Kind extends string>(): Id<Kind> {
  // The brand says which kind of entity the caller makes; the text itself has no kind.
  return uuidV7({ milliseconds: Date.now(), random: randomBytes(10) }) as Id<Kind>;
}
