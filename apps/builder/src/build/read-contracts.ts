import { join } from 'node:path';
import { type ContractDocument, ContractFault, readContract } from '@almanac/contracts';
import type { ModuleManifest } from '@almanac/protocol';
import { failed } from '../jobs/job-fault.ts';

/** What a module provides under one name, in normal form. */
export interface ReadContract {
  readonly module: string;
  readonly contract: string;
  readonly document: ContractDocument;
}

/** Reads the contracts of a module from its folder; the first that cannot be read fails the build. */
export async function readContracts(input: {
  readonly checkout: string;
  readonly module: { readonly name: string; readonly manifest: ModuleManifest };
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}): Promise<readonly ReadContract[]> {
  const { checkout, module, signal } = input;
  const contracts: ReadContract[] = [];
  for (const [contract, path] of Object.entries(module.manifest.provides)) {
    try {
      const document = await readContract({ within: checkout, folder: module.manifest.path, path, signal });
      const elements = document.elements.length;
      input.log(`${module.name}: provides ${contract} with ${elements} ${elements === 1 ? 'element' : 'elements'}\n`);
      contracts.push({ module: module.name, contract, document });
    } catch (error) {
      throw error instanceof ContractFault ? buildFault(error, { contract, module }) : error;
    }
  }
  return contracts;
}

function buildFault(
  fault: ContractFault,
  {
    contract,
    module,
  }: { readonly contract: string; readonly module: { readonly name: string; readonly manifest: ModuleManifest } },
): Error {
  const file = join(module.manifest.path, fault.file);
  const place = fault.line === undefined ? '' : `:${fault.line}:${fault.column ?? 1}`;
  const pointer = fault.pointer === '' ? '' : ` (${fault.pointer})`;
  return failed(
    'contract-invalid',
    `the contract ${contract} of module ${module.name} cannot be read: ${file}${place}${pointer}: ${fault.detail}`,
    {
      module: module.name,
      faults: [{ path: file, line: fault.line ?? 1, column: fault.column ?? 1, detail: `${fault.detail}${pointer}` }],
    },
  );
}
