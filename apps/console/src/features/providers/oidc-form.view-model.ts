import type { FactorTrust } from '@almanac/domain';
import type { OidcConfiguration } from '@almanac/protocol';

/** What people fill in of a provider that speaks OpenID Connect. */
export interface OidcForm {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authentication: OidcConfiguration['authentication'];
  readonly scopes: string;
  readonly subjectClaim: 'sub' | 'oid';
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly trusted: FactorTrust;
  readonly amr: string;
  readonly acr: string;
}

export const emptyOidc: OidcForm = {
  issuer: '',
  clientId: '',
  clientSecret: '',
  authentication: 'client-secret-basic',
  scopes: 'profile email',
  subjectClaim: 'sub',
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  trusted: 'never',
  amr: 'mfa',
  acr: '',
};

export function oidcFormOf(configuration: OidcConfiguration): OidcForm {
  return {
    issuer: configuration.issuer,
    clientId: configuration.clientId,
    clientSecret: '',
    authentication: configuration.authentication,
    scopes: configuration.scopes.join(' '),
    subjectClaim: configuration.claims.subject ?? 'sub',
    nameClaim: configuration.claims.name,
    groupsClaim: configuration.claims.groups,
    trusted: configuration.secondFactor?.trusted ?? emptyOidc.trusted,
    amr: configuration.secondFactor?.amr.join(' ') ?? emptyOidc.amr,
    acr: configuration.secondFactor?.acr.join(' ') ?? emptyOidc.acr,
  };
}

export function oidcConfigurationOf(form: OidcForm, before: OidcConfiguration | undefined) {
  return {
    kind: 'oidc' as const,
    issuer: form.issuer.trim(),
    clientId: form.clientId.trim(),
    authentication: form.authentication,
    scopes: wordsOf(form.scopes).filter((each) => each !== 'openid'),
    claims: {
      ...before?.claims,
      ...(form.subjectClaim === 'sub' ? {} : { subject: form.subjectClaim }),
      name: form.nameClaim.trim(),
      groups: form.groupsClaim.trim(),
    },
    ...(form.trusted === 'never' && before?.secondFactor === undefined
      ? {}
      : { secondFactor: { trusted: form.trusted, amr: wordsOf(form.amr), acr: wordsOf(form.acr) } }),
  };
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((each) => each !== '');
}

/** The options of the command that says the same. */
export function oidcOptions(form: OidcForm): readonly string[] {
  return [
    `--issuer ${form.issuer || '<url>'}`,
    `--client-id ${form.clientId || '<id>'}`,
    ...(form.authentication === 'none' ? ['--authentication none'] : ['--secret-stdin']),
    ...wordsOf(form.scopes).map((each) => `--scope ${each}`),
    ...(form.subjectClaim === 'sub' ? [] : [`--subject-claim ${form.subjectClaim}`]),
    ...(form.trusted === 'never' ? [] : [`--trust-second-factor ${form.trusted}`]),
    ...(form.trusted === 'when-said'
      ? [
          ...wordsOf(form.amr).map((each) => `--factor-amr ${each}`),
          ...wordsOf(form.acr).map((each) => `--factor-acr ${each}`),
        ]
      : []),
  ];
}
