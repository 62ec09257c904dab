import { refuse } from '@almanac/domain';
import { z } from 'zod';

const parts = z.array(z.union([z.string(), z.number()])).max(6);

const foreignCursor = 'take the cursor from the answer before, of the same list, unchanged';

/** A cursor is the sort key of the last row, so that pages stay right while rows come and go. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string | undefined): readonly (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    return parts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    return refuse('invalid-cursor', 'take the cursor from the answer before, unchanged');
  }
}

/** The moment in a part of a cursor; one that is none came with the cursor of another list. */
export function momentInCursor(part: string | number | undefined): Date {
  const moment = new Date(String(part));
  return Number.isNaN(moment.getTime()) ? refuse('invalid-cursor', foreignCursor) : moment;
}

/** Lets whoever pages on with the cursor of another list know: its values are none of this one. */
export async function refusingForeignCursor<Result>(cursor: unknown, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (cursor !== undefined && isDataException(error)) return refuse('invalid-cursor', foreignCursor);
    throw error;
  }
}

/** Class 22 of SQLSTATE: a value is none of its column. All else that a read is asked for was parsed before. */
function isDataException(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^22[0-9A-Z]{3}$/.test(String(error.code));
}

/** Cuts the one row more that was read to see whether another page follows. */
export function pageOf<Row, Item>(input: {
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly keyOf: (row: Row) => readonly (string | number)[];
  readonly present: (row: Row) => Item;
}): { items: Item[]; next: string | null } {
  const rows = input.rows.slice(0, input.limit);
  const last = rows.at(-1);
  const more = input.rows.length > input.limit && last !== undefined;
  return { items: rows.map(input.present), next: more ? encodeCursor(input.keyOf(last)) : null };
}
