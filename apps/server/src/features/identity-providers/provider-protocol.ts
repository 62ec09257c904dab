import type { ExternalIdentity, IdentityProviderId, ProviderKind, RecheckOutcome } from '@almanac/domain';
import type { DryRun, ProviderAnswer, ProviderConfiguration, ProviderSecrets } from '@almanac/protocol';
import type { Secret } from '#platform/secrets';

/** A provider with one version of its configuration, as a protocol needs it. */
export interface ConfiguredProvider {
  readonly id: IdentityProviderId;
  readonly name: string;
  /** Changes with the configuration: what is kept in memory of a provider is kept for this. */
  readonly versionId: string;
  readonly configuration: ProviderConfiguration;
  readonly secretOf: (name: string) => Secret | undefined;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
  /** Where our metadata is, which is what we call ourselves. */
  readonly metadataUri: string;
}

/** How a sign-in begins: the browser goes to the provider. */
export interface BegunSignIn {
  readonly url: string;
  /** What is needed to end it; sealed, and never shown to the browser. */
  readonly remembered: Readonly<Record<string, string>>;
}

/** What a provider said of a person; all of it was verified. */
export interface CompletedSignIn {
  readonly identity: ExternalIdentity;
  /** Everything that was said, for whoever tries a provider. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether it had a second factor that counts here, as the configuration has it. */
  readonly hadSecondFactor: boolean;
  /** The key of the session at the provider, where it has one. */
  readonly foreignSession: string | null;
  /** What is needed to ask again and to sign out there; sealed. Null where neither is possible. */
  readonly kept: Readonly<Record<string, string>> | null;
  readonly recheck: NonNullable<DryRun['result']>['recheck'];
  readonly logout: boolean;
  /** What the provider said that lets somebody in once, by its key; absent where the protocol has no such thing. */
  readonly takenOnce?: { readonly key: string; readonly until: Date };
}

export interface Recheck {
  readonly outcome: RecheckOutcome;
  /** What is kept from now on; undefined where it stays. */
  readonly kept?: Readonly<Record<string, string>>;
  /** The person as they are now, where the provider says so. */
  readonly identity?: ExternalIdentity;
}

/** What is wrong with a configuration, as far as it alone tells. */
export interface ConfigurationFault {
  /** The part of the configuration, as a JSON pointer from there. */
  readonly pointer: `/${string}`;
  readonly detail: string;
}

/** One way to speak with providers. All that is said to the database is said by others. */
interface AnyProtocol {
  readonly kind: ProviderKind;
  /** Why nobody uses it on this server, and what to do; absent where it is in use. */
  readonly off?: string;
  /** The secrets that a configuration of this kind can have. */
  readonly secrets: readonly (keyof ProviderSecrets)[];
  /** Why a configuration cannot be used; undefined when it may be tried. */
  readonly refusalOf: (configuration: ProviderConfiguration) => ConfigurationFault | undefined;
  /** Asks whether somebody is still there. A provider that does not answer is an outcome. */
  readonly recheck: (
    provider: ConfiguredProvider,
    given: { readonly subject: string; readonly kept: NonNullable<CompletedSignIn['kept']> },
  ) => Promise<Recheck>;
  /** Where the browser goes to sign out at the provider as well; null where that is not possible now. */
  readonly leave: (provider: ConfiguredProvider, kept: CompletedSignIn['kept']) => Promise<string | null>;
}

/** People sign in on the pages of the provider, which sends them back. */
export interface RedirectProtocol extends AnyProtocol {
  readonly manner: 'redirect';
  /** @throws {ProviderFault} */
  readonly begin: (provider: ConfiguredProvider, state: string) => Promise<BegunSignIn>;
  /** @throws {ProviderFault} when the answer is not one of this provider to this sign-in */
  readonly complete: (
    provider: ConfiguredProvider,
    given: {
      readonly answer: Extract<ProviderAnswer, { kind: 'redirect' }>;
      readonly state: string;
      readonly remembered: BegunSignIn['remembered'];
      /** What the provider had the browser post to us; null where it did not. */
      readonly posted: string | null;
    },
  ) => Promise<CompletedSignIn>;
}

/** People give name and password to us, and we to the provider. */
export interface FormProtocol extends AnyProtocol {
  readonly manner: 'form';
  /**
   * @param given.counted Is called with the key of whom the name means before the password is tried, so that whoever has
   *   several names has no more tries; what it throws is thrown
   * @throws {ProviderFault} `person` with what is wrong with the person or what they gave
   */
  readonly complete: (
    provider: ConfiguredProvider,
    given: {
      readonly name: string;
      readonly password: Secret;
      readonly counted: (subject: string) => Promise<void>;
    },
  ) => Promise<CompletedSignIn>;
}

export type ProviderProtocol = RedirectProtocol | FormProtocol;
