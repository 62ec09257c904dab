import { type SecurityNumberName, securityNumberNames } from '@almanac/domain';
import type { SecurityNumberView } from '@almanac/protocol';
import { argument, type CommandDefinition, type CommandInput } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';

export const listSecurityNumbers: CommandDefinition = {
  usage: 'list [name]',
  summary: 'List the numbers of sign-in, sessions and tokens, or tell what one of them is for',
  examples: [
    'almanac security-number list',
    'almanac security-number list session-idle',
    'almanac security-number list --json',
  ],
  run: async (session, input) => {
    const { items } = await session.client.listSecurityNumbers();
    const wanted = input.args[0] === undefined ? undefined : nameFrom(input);
    const found = items.filter((each) => wanted === undefined || each.name === wanted);
    session.show({ items: found }, () => (wanted === undefined ? tableOf(found) : found.flatMap(detailsOf)));
    return exitCodes.ok;
  },
};

export const setSecurityNumber: CommandDefinition = {
  usage: 'set <name> <value>',
  summary: 'Change a number within its range; it holds on all servers at once',
  examples: ['almanac security-number set session-idle 60', 'almanac security-number set argon2id-memory 46'],
  run: async (session, input) => {
    const name = nameFrom(input);
    const text = argument(input, 1);
    if (!/^-?\d+$/.test(text))
      throw new CommandError(`${text} is no whole number; almanac security-number list ${name}`);
    const changed = await session.client.setSecurityNumber({ params: { name }, body: { value: Number(text) } });
    session.show(changed, () => [`${name} is ${changed.value} ${changed.unit} now; usual are ${changed.usual}.`]);
    return exitCodes.ok;
  },
};

export const resetSecurityNumber: CommandDefinition = {
  usage: 'reset <name>',
  summary: 'Make a number what is usual again',
  examples: ['almanac security-number reset session-idle'],
  run: async (session, input) => {
    const name = nameFrom(input);
    const changed = await session.client.resetSecurityNumber({ params: { name } });
    session.show(changed, () => [`${name} is ${changed.value} ${changed.unit} again.`]);
    return exitCodes.ok;
  },
};

function nameFrom(input: CommandInput): SecurityNumberName {
  const given = argument(input, 0);
  const found = securityNumberNames.find((each) => each === given);
  if (found === undefined) throw new CommandError(`there is no number ${given}: see almanac security-number list`);
  return found;
}

function tableOf(items: readonly SecurityNumberView[]): readonly string[] {
  return tableLines({
    head: ['name', 'value', 'usual', 'range', 'unit', 'changed'],
    rows: items.map((each) => [
      each.name,
      String(each.value),
      String(each.usual),
      `${each.least} to ${each.most}`,
      each.unit,
      changeOf(each) ?? '',
    ]),
  });
}

function detailsOf(each: SecurityNumberView): readonly string[] {
  return [
    `${each.name}: ${each.value} ${each.unit}`,
    `  ${each.purpose}.`,
    `  Usual are ${each.usual}; ${each.least} to ${each.most} are possible: ${each.bounds}.`,
    ...(each.changedAt === null ? [] : [`  Changed ${changeOf(each)}.`]),
  ];
}

function changeOf({ changedAt, changedBy }: SecurityNumberView): string | undefined {
  return changedAt === null ? undefined : `${changedAt} by ${changedBy}`;
}
