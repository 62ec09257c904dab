/** A sign-in that did not succeed at the provider, or by what it answered. The message is for administrators. */
export class ProviderFault extends Error {
  /**
   * `provider`: whoever configured it has to look, or it is attacked. `person`: somebody cancelled, or was too slow; that
   * says nothing of the configuration.
   */
  readonly of: 'provider' | 'person';

  constructor(of: ProviderFault['of'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ProviderFault';
    this.of = of;
  }
}
