import { readFile } from 'node:fs/promises';
import { ringWords } from '@almanac/domain';
import { type Environment, parseRings } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const environmentRings: CommandDefinition = {
  usage: 'rings <environment>',
  summary: 'Show or set the rings of sites that changes of an environment go over, one after the other',
  examples: [
    'almanac env rings production',
    'almanac env rings production --file rings.yaml',
    'almanac env rings production --off',
  ],
  options: [
    ['--file <file>', 'the rings as YAML, in their order; the last one takes a share of 100'],
    ['--off', 'all sites take a change together again'],
  ],
  run: async (session, input) => {
    const environment = argument(input, 0);
    const file = textOption(input, 'file');
    const off = input.options['off'] === true;
    if (off && file !== undefined) throw new CommandError('give --file or --off, not both');
    const present = await session.client.getEnvironment({ params: { environment } });
    const shown =
      off || file !== undefined
        ? await session.client.updateEnvironment({
            params: { environment },
            body: { rings: file === undefined ? null : await readRings(file) },
            revision: present.revision,
          })
        : present;
    session.show(shown, () => ringLines(shown));
    return exitCodes.ok;
  },
};

async function readRings(file: string): Promise<NonNullable<Environment['rings']>> {
  const parsed = parseRings(await readFile(file, 'utf8'));
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map((each) => `  ${each.line}:${each.column}  ${each.path}: ${each.detail}`);
  throw new CommandError(`${file} has faults:\n${faults.join('\n')}`);
}

function ringLines({ name, rings }: Environment): readonly string[] {
  if (rings === null) return [`${name} has no rings: all its sites take a change together.`];
  const link = rings.link === null ? [] : [`  Of each ${rings.link.label}, ${rings.link.atOnce} at a time.`];
  return [
    `A change goes over the sites of ${name} in ${rings.rings.length} ${rings.rings.length === 1 ? 'ring' : 'rings'}:`,
    ...rings.rings.map((each, index) => `  ${index + 1}. ${each.name}: ${ringWords(each)}`),
    ...link,
  ];
}
