export { Secret } from '@almanac/host';
export { type KeyPlace, masterKeyFile, readArgv, readKeyPlace, sourceOfMasterKey } from './key-place.ts';
export { type KeySource, keySourceOf, ownKeyFile } from './key-source.ts';
export { type Rotation, rotateMasterKey, rotateOnce } from './rotate-master-key.ts';
export { openSecretBox, type SecretBox, type SecretUse } from './secret-box.ts';
