export { accessFeature } from './access.feature.ts';
export type { AccessTables } from './access.tables.ts';
export { createAuthenticator } from './authenticate.ts';
export { ensureSetupToken, writeBootstrapTokens } from './bootstrap.ts';
export { hashToken, newToken } from './tokens.ts';
