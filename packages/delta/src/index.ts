export { readChunks, sharedBytes, writeChunks } from './chunk-list.ts';
export { type Chunk, type Chunker, createChunker } from './chunker.ts';
export { applyDelta, type CutFile, writeDelta } from './delta-file.ts';
export { DeltaRefused } from './steps.ts';
