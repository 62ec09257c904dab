import { type ContractKind, contractKinds, type ElementBody, incompatibilityCodes, type Schema } from '@almanac/domain';
import { z } from 'zod';
import { digest, name } from './primitives.ts';

export const contractKind = z.enum(contractKinds);
/** SHA-256 of content in normal form. */
export const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
const elementKey = z.string().min(1).max(2000);

/** What one module of a build provides under one name; its content is uploaded like an artifact, as a `contractDocument`. */
export const builtContract = z.object({
  module: name,
  contract: name,
  kind: contractKind,
  fingerprint,
  document: digest,
});
export type BuiltContract = z.output<typeof builtContract>;

/** Largest contract document that a server reads, in bytes. */
export const contractDocumentMaxBytes = 64 * 1024 * 1024;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A contract's content in normal form; elements refer to `schemas` by their index. */
export const contractDocument = z.object({
  kind: contractKind,
  fingerprint,
  elements: z
    .array(
      z.object({
        key: elementKey,
        label: z.string().min(1).max(2000),
        fingerprint,
        body: z.custom<ElementBody>(
          (value) => isObject(value) && contractKinds.includes((value as { readonly kind: ContractKind }).kind),
          'an element of a contract',
        ),
      }),
    )
    .max(5000),
  schemas: z.array(z.custom<Schema>(isObject, 'a schema')),
  /** Of the schemas, in their order: equal hashes, equal schemas. */
  hashes: z.array(fingerprint),
});

/** Why an element does not satisfy who was built against another version of it. */
export const incompatibility = z
  .object({
    code: z.enum(incompatibilityCodes),
    /** Where inside the element: `response 200 application/json /items/price`. */
    place: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'Incompatibility' });
