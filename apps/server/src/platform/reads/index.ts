export { batchReads } from './batch-reads.ts';
export { shareReads } from './share-reads.ts';
