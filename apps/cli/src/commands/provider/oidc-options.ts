import { factorTrusts } from '@almanac/domain';
import type { OidcConfiguration } from '@almanac/protocol';
import { type CommandInput, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';

const subjectClaims = ['sub', 'oid'] as const;
const authentications = ['client-secret-basic', 'client-secret-post', 'none'] as const;

type OidcSecondFactor = NonNullable<OidcConfiguration['secondFactor']>;

/** What is said of a provider that speaks OpenID Connect, but for its issuer, which stays. */
export const oidcOptions = [
  ['--client-id <id>', 'OpenID Connect: what the provider calls this installation'],
  ['--authentication <way>', `OpenID Connect: ${authentications.join(', ')}`],
  ['--scope <scope...>', 'OpenID Connect: what is asked for beside openid; give it again for more'],
  ['--subject-claim <claim>', 'OpenID Connect: what never changes of a person: sub, or oid for Entra ID; it stays'],
  ['--groups-claim <claim>', 'OpenID Connect: the claim that lists the groups of a person'],
  [
    '--factor-amr <method...>',
    'OpenID Connect: methods of which one shows a second factor, where that is trusted (mfa)',
  ],
  ['--factor-acr <class...>', 'OpenID Connect: classes of a sign-in that show one, where that is trusted'],
] as const;

export function oidcFrom(input: CommandInput, issuer: string) {
  const clientId = textOption(input, 'clientId');
  if (clientId === undefined) throw new CommandError('say what the provider calls this installation: --client-id <id>');
  return { kind: 'oidc' as const, issuer, clientId, ...given(input) };
}

/** The configuration with what is given, which is it itself where nothing is. */
export function oidcChanged(input: CommandInput, before: OidcConfiguration): OidcConfiguration {
  const clientId = textOption(input, 'clientId') ?? before.clientId;
  const { claims, secondFactor, ...others } = given(input, before.secondFactor?.trusted);
  return {
    ...before,
    clientId,
    ...others,
    claims: { ...before.claims, ...claims },
    ...(secondFactor === undefined
      ? {}
      : { secondFactor: { amr: ['mfa'], acr: [], ...before.secondFactor, ...secondFactor } }),
  };
}

function given(input: CommandInput, trustedBefore?: OidcSecondFactor['trusted']) {
  const way = textOption(input, 'authentication');
  const authentication = authentications.find((each) => each === way);
  if (way !== undefined && authentication === undefined)
    throw new CommandError(`--authentication is one of ${authentications.join(', ')}`);
  const scopes = listOption(input, 'scope');
  const wanted = textOption(input, 'subjectClaim');
  const subject = subjectClaims.find((each) => each === wanted);
  if (wanted !== undefined && subject === undefined)
    throw new CommandError(`--subject-claim is one of ${subjectClaims.join(', ')}`);
  const groups = textOption(input, 'groupsClaim');
  const claims = { ...(subject === undefined ? {} : { subject }), ...(groups === undefined ? {} : { groups }) };
  return {
    ...(authentication === undefined ? {} : { authentication }),
    ...(scopes.length === 0 ? {} : { scopes: [...scopes] }),
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
    ...secondFactorOf(input, trustedBefore),
  };
}

function secondFactorOf(input: CommandInput, trustedBefore: OidcSecondFactor['trusted'] | undefined) {
  const wanted = textOption(input, 'trustSecondFactor');
  const trusted = factorTrusts.find((each) => each === wanted);
  if (wanted !== undefined && trusted === undefined)
    throw new CommandError(`--trust-second-factor is one of ${factorTrusts.join(', ')}`);
  const [amr, acr] = [listOption(input, 'factorAmr'), listOption(input, 'factorAcr')];
  if (trusted === undefined && amr.length + acr.length === 0) return {};
  // Whoever names what has to be said means that it counts.
  const secondFactor = {
    trusted: trusted ?? trustedBefore ?? ('when-said' as const),
    ...(amr.length === 0 ? {} : { amr: [...amr] }),
    ...(acr.length === 0 ? {} : { acr: [...acr] }),
  };
  return { secondFactor };
}
