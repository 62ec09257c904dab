import { readFile } from 'node:fs/promises';
import type { LdapConfiguration } from '@almanac/protocol';
import { type CommandInput, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';

const subjects = ['entryUUID', 'objectGUID', 'nsUniqueId', 'ipaUniqueID'] as const;
const groupKeys = ['dn', 'entryUUID', 'objectGUID'] as const;
const memberAttributes = ['member', 'uniqueMember'] as const;

/** What is said of a directory. */
export const ldapOptions = [
  ['--authority-file <path>', 'LDAP: the authority that signed the certificate of the server, as PEM'],
  ['--bind-dn <dn>', 'LDAP: whom Almanac signs in as to look people up'],
  ['--people-base <dn>', 'LDAP: where people are'],
  ['--people-filter <filter>', 'LDAP: finds somebody by what they type, which takes the place of {name}'],
  ['--subject <attribute>', `LDAP: what never changes of a person: ${subjects.join(', ')}`],
  ['--group-base <dn>', 'LDAP: where groups are'],
  ['--group-filter <filter>', 'LDAP: which of them count'],
  ['--group-member <attribute>', `LDAP: what lists the members of a group: ${memberAttributes.join(', ')}`],
  ['--group-key <attribute>', `LDAP: by what groups are compared: ${groupKeys.join(', ')}`],
  ['--direct-groups', 'LDAP: members of a group in a group are no members'],
] as const;

export async function ldapFrom(input: CommandInput, server: string) {
  const bindDn = textOption(input, 'bindDn');
  const [base, filter] = [textOption(input, 'peopleBase'), textOption(input, 'peopleFilter')];
  if (bindDn === undefined || base === undefined || filter === undefined)
    throw new CommandError(
      'say how people are found: --bind-dn <dn> --people-base <dn> --people-filter "(uid={name})"',
    );
  const groupBase = textOption(input, 'groupBase');
  return {
    kind: 'ldap' as const,
    server,
    bindDn,
    ...(await authorityOf(input)),
    ...secondFactorOf(input),
    people: { base, filter, ...peopleOf(input) },
    ...(groupBase === undefined ? {} : { groups: { base: groupBase, ...groupsOf(input) } }),
  };
}

/** The configuration with what is given, which is it itself where nothing is. */
export async function ldapChanged(input: CommandInput, before: LdapConfiguration) {
  const [base, filter] = [textOption(input, 'peopleBase'), textOption(input, 'peopleFilter')];
  const groupBase = textOption(input, 'groupBase') ?? before.groups?.base;
  const wanted = groupsOf(input);
  if (groupBase === undefined && Object.keys(wanted).length > 0)
    throw new CommandError('say where groups are: --group-base <dn>');
  return {
    ...before,
    server: textOption(input, 'ldapServer') ?? before.server,
    bindDn: textOption(input, 'bindDn') ?? before.bindDn,
    ...(await authorityOf(input)),
    ...secondFactorOf(input),
    people: {
      ...before.people,
      ...(base === undefined ? {} : { base }),
      ...(filter === undefined ? {} : { filter }),
      ...peopleOf(input),
    },
    groups: groupBase === undefined ? null : { ...before.groups, base: groupBase, ...wanted },
  };
}

async function authorityOf(input: CommandInput): Promise<{ readonly authority?: string }> {
  const file = textOption(input, 'authorityFile');
  return file === undefined ? {} : { authority: await readFile(file, 'utf8') };
}

function secondFactorOf(input: CommandInput) {
  const written = '--trust-second-factor';
  const trusted = oneOf(input, { option: 'trustSecondFactor', written, of: ['never', 'always'] as const });
  return trusted === undefined ? {} : { secondFactor: { trusted } };
}

function peopleOf(input: CommandInput) {
  const subject = oneOf(input, { option: 'subject', written: '--subject', of: subjects });
  const name = textOption(input, 'nameAttribute');
  return { ...(subject === undefined ? {} : { subject }), ...(name === undefined ? {} : { name }) };
}

function groupsOf(input: CommandInput) {
  const filter = textOption(input, 'groupFilter');
  const member = oneOf(input, { option: 'groupMember', written: '--group-member', of: memberAttributes });
  const key = oneOf(input, { option: 'groupKey', written: '--group-key', of: groupKeys });
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(member === undefined ? {} : { member }),
    ...(key === undefined ? {} : { key }),
    ...(input.options['directGroups'] === true ? { nested: false } : {}),
  };
}

function oneOf<Value extends string>(
  input: CommandInput,
  wanted: { readonly option: string; readonly written: string; readonly of: readonly Value[] },
): Value | undefined {
  const given = textOption(input, wanted.option);
  const found = wanted.of.find((each) => each === given);
  if (given !== undefined && found === undefined)
    throw new CommandError(`${wanted.written} is one of ${wanted.of.join(', ')}`);
  return found;
}
