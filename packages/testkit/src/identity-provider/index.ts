export { type AttackName, attackNames } from './attacks.ts';
export {
  type IdentityProviderProcess,
  type ProviderAccount,
  type ProviderOptions,
  startIdentityProvider,
} from './start-identity-provider.ts';
export { visitProvider } from './visit-provider.ts';
