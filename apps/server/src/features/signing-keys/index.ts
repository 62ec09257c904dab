export { ensureSigningKey } from './ensure-signing-key.ts';
export { createReadServerKeys, type ReadServerKeys, type ServerKeys } from './server-keys.ts';
export { signingKeysFeature } from './signing-keys.feature.ts';
