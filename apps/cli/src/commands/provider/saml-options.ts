import { readFile } from 'node:fs/promises';
import type { SamlConfiguration } from '@almanac/protocol';
import { type CommandInput, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';

const signedParts = ['assertion', 'response'] as const;

/** What is said of a provider that speaks SAML. */
export const samlOptions = [
  ['--saml-metadata <path>', 'SAML: the metadata of the provider, a file of XML'],
  ['--signed <part>', `SAML: what the provider has to sign: ${signedParts.join(', ')}`],
  ['--request-certificate <path>', 'SAML: sign requests; the certificate as PEM, its key by --secret-stdin'],
  ['--subject-attribute <name>', 'SAML: what never changes of a person, instead of the persistent NameID; it stays'],
  ['--groups-attribute <name>', 'SAML: the attribute that lists the groups of a person'],
] as const;

export async function samlFrom(session: Session, input: CommandInput, metadata: string) {
  const { wantsSignedRequests, ...read } = await metadataOf(session, metadata);
  const own = await given(input);
  if (wantsSignedRequests && own.requestCertificate === undefined)
    throw new CommandError(
      'the provider takes signed requests alone: give --request-certificate <path>, and its key by --secret-stdin',
    );
  return { kind: 'saml' as const, ...read, ...own };
}

/** The configuration with what is given, which is it itself where nothing is. */
export async function samlChanged(
  session: Session,
  input: CommandInput,
  before: SamlConfiguration,
): Promise<SamlConfiguration> {
  const metadata = textOption(input, 'samlMetadata');
  const { attributes, ...others } = await given(input);
  const read = metadata === undefined ? {} : await metadataOf(session, metadata);
  const { wantsSignedRequests: _wants, ...parts } = { wantsSignedRequests: false, ...read };
  return { ...before, ...parts, ...others, attributes: { ...before.attributes, ...attributes } };
}

async function metadataOf(session: Session, path: string) {
  return session.client.readSamlMetadata({ body: { metadata: await readFile(path, 'utf8') } });
}

async function given(input: CommandInput) {
  const wanted = textOption(input, 'signed');
  const signed = signedParts.find((each) => each === wanted);
  if (wanted !== undefined && signed === undefined)
    throw new CommandError(`--signed is one of ${signedParts.join(', ')}`);
  const trusted = textOption(input, 'trustSecondFactor');
  if (trusted !== undefined && trusted !== 'never')
    throw new CommandError('of a provider of SAML no second factor counts here: leave --trust-second-factor out');
  const certificate = textOption(input, 'requestCertificate');
  const [subject, name, groups] = [
    textOption(input, 'subjectAttribute'),
    textOption(input, 'nameAttribute'),
    textOption(input, 'groupsAttribute'),
  ];
  const attributes = {
    ...(subject === undefined ? {} : { subject }),
    ...(name === undefined ? {} : { name }),
    ...(groups === undefined ? {} : { groups }),
  };
  return {
    ...(signed === undefined ? {} : { signed }),
    ...(certificate === undefined ? {} : { requestCertificate: await readFile(certificate, 'utf8') }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}
