import type { Digest, Id } from '@almanac/domain';
import { nameMaxLength, namePattern } from '@almanac/domain/name';
import { z } from 'zod';

/** The stable key of an entity: a UUID on the wire, branded by its kind in types. */
export function id<Kind extends string>(): z.ZodType<Id<Kind>, string> {
  return z.uuid() as unknown as z.ZodType<Id<Kind>, string>;
}

export const name = z
  .string()
  .max(nameMaxLength)
  .regex(namePattern, 'lower-case letters, digits and single hyphens, starting with a letter');

export const displayName = z.string().trim().min(1).max(80);

/** A path parameter that takes the name or the key of an entity. */
export const reference = z.string().min(1).max(64);

/** An instant: UTC, ISO 8601 with milliseconds. */
export const timestamp = z.iso.datetime();

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits') as unknown as z.ZodType<Digest, string>;

export const commitHash = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'a full commit hash');

/** A branch in git: no spaces, no `..`, nothing that git's rules for references refuse, and no leading hyphen. */
export const branchName = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^(?![-/.])(?!.*(\.\.|\/\/|@\{|\/\.|\.lock(\/|$)))[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u,
    'the name of a branch, as in hotfix/1.4.1',
  );

/** A semantic version with exactly three numbers and no suffix. */
export const versionNumber = z
  .string()
  .max(40)
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/, 'three numbers, as in 1.4.0');

/** Grows by one with every change; the ETag of the entity is this number in quotes. */
export const revision = z.int().positive();

/** What people stick on a site, to choose it by. */
export const labels = z.record(z.string().min(1).max(60), z.string().max(60));

export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});

/** One page of a list; `next` is the cursor of the page that follows, or null at the end. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** A short reference to an entity, as it stands inside others. */
export function named<Kind extends string>() {
  return z.object({ id: id<Kind>(), name });
}
