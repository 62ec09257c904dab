export { accessGuard, accessOf } from './access-guard.ts';
