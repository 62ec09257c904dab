export type { ContractDocument } from './contract-document.ts';
export { ContractFault } from './contract-fault.ts';
export { limits } from './limits.ts';
export { readContract } from './read-contract.ts';
export { readContractFile } from './read-contract-file.ts';
export { type SourceFolder, sourceFolderOf } from './syntax/source-folder.ts';
