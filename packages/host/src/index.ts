export type { Account, AccountPool } from './accounts/account-pool.ts';
export { asAccount, type CommandLine } from './accounts/as-account.ts';
export { endProcessesOf, processesOf } from './accounts/end-processes.ts';
export { openRuntimeDirectory, provideFolder, type RuntimeDirectory } from './accounts/runtime-directory.ts';
export { type CertificateFiles, type LocalAuthority, openLocalAuthority } from './certificates/local-authority.ts';
export { type Failpoint, FailpointError, failpoint, failpoints } from './faults/failpoint.ts';
export { freeBytes } from './files/free-bytes.ts';
export { type DirectoryLock, lockDirectory } from './files/lock-directory.ts';
export { privateDirectory } from './files/private-directory.ts';
export { readPrivateFile } from './files/read-private-file.ts';
export { rotateLog } from './files/rotate-log.ts';
export { syncDirectory, syncTree, writeDurably } from './files/write-durably.ts';
export { HostFault } from './host-fault.ts';
export type { OutboundTarget } from './network/judged-connection.ts';
export { createOutbound, type Outbound, type OutboundAnswer, type OutboundRequest } from './network/outbound.ts';
export { OutboundFault } from './network/outbound-fault.ts';
export { type Address, createReach, type Reach, readReach } from './network/reachable-address.ts';
export { sentenceOf } from './network/sentence-of.ts';
export { postgresFault } from './postgres/postgres-fault.ts';
export {
  type PostgresOptions,
  type RunningPostgres,
  runningPostgres,
  startPostgres,
} from './postgres/start-postgres.ts';
export {
  type ControlGroup,
  type ControlGroups,
  openControlGroups,
  type ResourceLimits,
} from './processes/control-groups.ts';
export { isAlive, type ProcessIdentity, processIdentity } from './processes/identity.ts';

export { type DetachedProcess, findRecorded, spawnDetached, spawnRecorded } from './processes/spawn-detached.ts';
export { stopGroup, whenGone } from './processes/stop.ts';
export { type GroupUsage, memoryByGroup, memoryOf, usageByGroup } from './processes/usage.ts';
export { isPublicKey, newPrivateKey, privateKeyFromPem, publicKeyFromRaw, rawPublicKey } from './sealing/keys.ts';
export { open, type Sealed, seal } from './sealing/seal.ts';
export { keyIdOf, publicSigningKey, signText, verifyText } from './sealing/sign.ts';
export { createMask, type Mask, type MaskedPieces, maskPieces } from './secrets/mask.ts';
export { Secret } from './secrets/secret.ts';
export { spellingsOf } from './secrets/spellings.ts';
