import type { ContractDocument } from './contract-document.ts';
import { ContractFault } from './contract-fault.ts';
import { isJsonSchema, readJsonSchema } from './json-schema/read-json-schema.ts';
import { isObject } from './openapi/operations.ts';
import { readOpenapi } from './openapi/read-openapi.ts';
import { readPackage } from './package/read-package.ts';
import type { SourceFolder } from './syntax/source-folder.ts';
import { openSources } from './syntax/sources.ts';

/**
 * Reads the contract in a file of a folder, whatever it is written in.
 *
 * @throws {ContractFault} with file and place
 */
export function readContractFile(folder: SourceFolder, path: string): ContractDocument {
  if (/\.d\.[cm]?ts$/.test(path)) return readPackage(folder, path);
  if (!/\.(json|ya?ml)$/.test(path))
    throw new ContractFault({ file: path, detail: 'a contract is a .json, .yaml, .yml or .d.ts file' });
  const sources = openSources(folder);
  const root = sources.root(path);
  if (!isObject(root.value))
    throw new ContractFault({ file: path, detail: 'it holds no OpenAPI document and no JSON Schema' });
  const at = { value: root.value, file: path };
  if (root.value['openapi'] !== undefined) return readOpenapi(sources, at);
  if (root.value['swagger'] !== undefined)
    throw new ContractFault({ file: path, detail: 'Swagger 2.0 is not supported; convert it to OpenAPI 3' });
  if (isJsonSchema(root.value)) return readJsonSchema(sources, at);
  throw new ContractFault({
    file: path,
    detail: 'it is neither OpenAPI (no key openapi) nor JSON Schema (no key $schema)',
  });
}
