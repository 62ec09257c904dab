export { batchWrites } from './batch-writes.ts';
