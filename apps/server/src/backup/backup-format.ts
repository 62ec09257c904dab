import { z } from 'zod';

/** The name of the file that makes a folder a backup. */
export const manifestName = 'almanac-backup.json';

/** Grows when an older Almanac could not read the folder any more. */
export const backupFormat = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What a backup holds. Rows are in PostgreSQL's text format for COPY, which is the same for every release of it, so a
 * backup can be restored on another major version.
 */
export const backupManifest = z.object({
  format: z.literal(backupFormat),
  almanac: z.string(),
  postgres: z.string(),
  takenAt: z.iso.datetime(),
  incarnation: z.int().positive(),
  /** The newest migration that the tables were made by. */
  schema: z.string(),
  /** In an order in which they can be filled: what a row refers to is there before it. */
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
      rows: z.int().nonnegative(),
      file: z.string().regex(/^tables\/[a-z0-9_]+\.copy\.gz$/),
      sha256,
    }),
  ),
  sequences: z.array(z.object({ name: z.string(), value: z.int().positive() })),
  /** What the keys of the installation are; `included` says whether they are in the folder. */
  keys: z.object({
    included: z.boolean(),
    files: z.array(z.object({ file: z.string().regex(/^keys\/[a-z0-9.-]+$/), sha256 })),
  }),
  artifacts: z.object({
    included: z.boolean(),
    digests: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)),
  }),
});

export type BackupManifest = z.output<typeof backupManifest>;
