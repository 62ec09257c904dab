export { chooseTransfer, needsPacked, type TransferKind } from './choose-transfer.ts';
export { readChunks, sharedBytes, writeChunks } from './chunk-list.ts';
export { type Chunk, type Chunker, createChunker } from './chunker.ts';
export { applyDelta, type CutFile, writeDelta } from './delta-file.ts';
export { DeltaRefused } from './steps.ts';
