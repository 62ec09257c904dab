import { z } from 'zod';
import { name } from './primitives.ts';
import { rolloutStrategy } from './rollout.ts';

/** A string is run by `sh -c` in the module's folder; a list is run as it is. */
export const command = z.union([z.string().min(1).max(4000), z.array(z.string().max(4000)).min(1).max(200)], {
  error: 'a command as text of at most 4000 characters, or as a list of words',
});
export type Command = z.output<typeof command>;

/** Refuses a key that the product knows and does not offer yet, by name, instead of calling it unknown. */
const notYet = (what: string) => z.never({ error: `${what} is not supported yet; remove it` }).optional();

const relativePath = z
  .string()
  .min(1)
  .max(400)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'a path inside the repository')
  .refine((path) => !path.includes('\0') && !path.includes('\\'), 'a path with forward slashes');

/** `inputs` may leave the module's folder but not the repository; the builder checks the latter. */
const inputPath = z
  .string()
  .min(1)
  .max(400)
  .refine((path) => !path.startsWith('/'), 'a relative path');

/** A volume stands in for a folder of the module, never for the module itself. */
const volumePath = relativePath.refine((path) => !/^[./]*$/.test(path), 'a folder inside the module');

const quantity = z.string().regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/, 'a quantity such as 500m or 256Mi');
const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'upper-case letters, digits and underscores, starting with a letter');

const httpPath = z.string().startsWith('/').max(400);

/** A command alone, or with what it consists of and what it leaves behind. */
const migration = z.union(
  [
    command,
    z.strictObject({
      run: command,
      /**
       * What the migration consists of, inside the module's folder: as long as these are the same, so is the migration.
       * Without them it is another one whenever the module is.
       */
      files: z.array(relativePath).max(20).default([]),
      /** Whether builds of before work with what it leaves behind. */
      reversible: z.boolean().default(false),
    }),
  ],
  { error: 'a command, or { run, files, reversible }' },
);

/** Declarations of a package and schemas of events are read, not asked. */
function mayBeServed(contractFile: string): boolean {
  return !/(\.d\.[cm]?ts|\.schema\.(json|ya?ml))$/.test(contractFile);
}

export const moduleManifest = z
  .strictObject({
    /** The module's folder, inside the repository. */
    path: z.union([relativePath, z.literal('.')]).default('.'),
    toolchain: z
      .string()
      .regex(/^[a-z]+(@[\w.-]+)?$/, 'a name such as node@26 or host')
      .optional(),
    inputs: z.array(inputPath).max(50).default([]),
    build: command.optional(),
    test: command.optional(),
    /** Where JUnit XML is found after the tests, as paths with `*` inside the module's folder. */
    reports: z.array(relativePath).max(20).default([]),
    start: command.optional(),
    image: notYet('image'),
    manifests: notYet('manifests'),
    migrate: migration.optional(),
    verify: command.optional(),
    volumes: z
      .record(
        name,
        z.union(
          [
            volumePath.transform((path) => ({ path, shared: false })),
            z.strictObject({ path: volumePath, shared: z.boolean().default(false), size: quantity.optional() }),
          ],
          { error: 'a folder inside the module, or { path, shared, size }' },
        ),
      )
      .default({}),
    /** 2xx of this path means ready. A module without it serves no HTTP: a worker. */
    health: httpPath.optional(),
    resources: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).default({}),
    scale: z
      .strictObject({
        min: z.int().min(1).max(100).default(1),
        max: notYet('scale.max'),
        metrics: notYet('scale.metrics'),
      })
      .prefault({}),
    provides: z.record(name, relativePath).default({}),
    consumes: z.record(name, z.array(z.string().min(1).max(400)).max(500)).default({}),
    /** Seconds between the request to stop and the kill. */
    stopGrace: z.number().min(0).max(600).default(30),
    /** Seconds within which a new instance must become ready. */
    startTimeout: z.number().min(1).max(3600).default(60),
  })
  .refine((module) => module.start !== undefined || module.build !== undefined, {
    message: 'a module has start, or at least build',
  })
  .refine((module) => !Object.values(module.provides).some(mayBeServed) || module.health !== undefined, {
    message: 'a module that provides a contract needs health: its requests are routed to ready instances',
    path: ['health'],
  });
export type ModuleManifest = z.output<typeof moduleManifest>;

/** The migration of a module, whichever way it is written; undefined where it has none. */
export function migrationOf({ migrate }: Pick<ModuleManifest, 'migrate'>) {
  if (migrate === undefined) return undefined;
  const isCommand = typeof migrate === 'string' || Array.isArray(migrate);
  return isCommand ? { run: migrate, files: [], reversible: false } : migrate;
}

const connection = z.strictObject({
  type: z.enum(['postgres'], { error: 'the type is postgres; other types are not supported yet' }),
  scope: z.enum(['environment', 'site']).default('site'),
});

const setting = z.strictObject({
  default: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  secret: z.boolean().default(false),
  required: z.boolean().default(false),
  description: z.string().max(400).optional(),
});

export const manifest = z
  .strictObject({
    application: name,
    team: name.optional(),
    description: z.string().max(400).optional(),
    modules: z
      .record(name, moduleManifest)
      .refine((modules) => Object.keys(modules).length > 0, 'an application has at least one module')
      .refine((modules) => Object.keys(modules).length <= 50, 'an application has at most 50 modules'),
    connections: z.record(variableName, connection).default({}),
    settings: z.record(variableName, setting).default({}),
    rollout: rolloutStrategy.prefault({ strategy: 'rolling' }),
  })
  .refine((value) => Object.keys(value.connections).every((name) => !(name in value.settings)), {
    message: 'a setting and a connection have the same name',
    path: ['connections'],
  })
  .refine((value) => Object.values(value.settings).every((each) => !(each.secret && each.default !== undefined)), {
    message: 'a secret has no default: whoever reads the repository would know it',
    path: ['settings'],
  });
export type Manifest = z.output<typeof manifest>;
