import type { Operation, SchemaRef } from '@almanac/domain';

/** An operation in which every reference to a schema is exchanged, for another reference or for the schema's hash. */
export function mapOperation<To = SchemaRef>(operation: Operation, to: (ref: SchemaRef) => To): MappedOperation<To> {
  const mapSchema = <Part extends { readonly schema: SchemaRef }>(part: Part) => ({ ...part, schema: to(part.schema) });
  return {
    ...operation,
    parameters: operation.parameters.map(mapSchema),
    ...(operation.body === undefined
      ? {}
      : { body: { ...operation.body, content: operation.body.content.map(mapSchema) } }),
    responses: operation.responses.map((each) => ({
      ...each,
      headers: each.headers.map(mapSchema),
      content: each.content.map(mapSchema),
    })),
    callbacks: operation.callbacks.map(([name, callback]) => [name, mapOperation(callback, to)] as const),
  } as MappedOperation<To>;
}

type MappedOperation<To> = To extends SchemaRef ? Operation : unknown;
