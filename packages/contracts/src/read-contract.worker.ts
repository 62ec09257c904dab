import { parentPort, workerData } from 'node:worker_threads';
import { ContractFault } from './contract-fault.ts';
import type { Answer } from './read-contract.ts';
import { readContractFile } from './read-contract-file.ts';
import { openSourceFolder } from './syntax/source-folder.ts';

const { within, folder, path } = workerData as {
  readonly within: string;
  readonly folder: string;
  readonly path: string;
};

function answer(): Answer {
  try {
    return { document: readContractFile(openSourceFolder({ within, folder }), path) };
  } catch (error) {
    if (error instanceof RangeError) return { fault: { file: path, detail: 'it is nested too deep to be read' } };
    if (!(error instanceof ContractFault)) throw error;
    const { file, detail, pointer, line, column } = error;
    return { fault: { file, detail, pointer, line, column } };
  }
}

parentPort?.postMessage(answer());
