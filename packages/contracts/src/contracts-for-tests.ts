import { compareElements, elementOf, type Incompatibility } from '@almanac/domain';
import type { ContractDocument } from './contract-document.ts';
import { readContractFile } from './read-contract-file.ts';
import { sourceFolderOf } from './syntax/source-folder.ts';

export type Piece = { readonly [key: string]: unknown };

/** An OpenAPI document of one operation, `POST /things/{id}`, or of the paths that are given. */
export function anApi(input: {
  readonly version?: '3.0.3' | '3.1.0';
  readonly operation?: Piece;
  readonly paths?: Piece;
  readonly components?: Piece;
  readonly security?: unknown;
  readonly webhooks?: Piece;
}): ContractDocument {
  const { version = '3.1.0', operation = {}, paths, ...rest } = input;
  return readText('api.json', {
    openapi: version,
    info: { title: 'things', version: '1' },
    paths: paths ?? { '/things/{id}': { post: { responses: { 200: {} }, ...operation } } },
    ...rest,
  });
}

/** What one file holds, as text or as a value of JSON. */
export function readText(path: string, content: unknown): ContractDocument {
  return readContractFile(
    sourceFolderOf({ [path]: typeof content === 'string' ? content : JSON.stringify(content) }),
    path,
  );
}

/** Why the only element of `after` does not satisfy who was built against that of `before`. */
export function compareOnly(before: ContractDocument, after: ContractDocument): readonly Incompatibility[] {
  const [built] = before.elements;
  const [provided] = after.elements;
  if (built === undefined || provided === undefined) throw new Error('a document without elements');
  return compareElements(elementOf(provided.body, after), elementOf(built.body, before));
}

export const json = (schema: unknown): Piece => ({ 'application/json': { schema } });
export const answer = (schema: unknown): Piece => ({ responses: { 200: { content: json(schema) } } });
export const body = (schema: unknown): Piece => ({ requestBody: { required: true, content: json(schema) } });
