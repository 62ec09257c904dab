export { type NetworkFault, networkSetOf, parseNetwork } from './network-set.ts';
