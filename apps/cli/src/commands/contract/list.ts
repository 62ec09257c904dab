import type { BuildContracts } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { findBuild } from '../../watch/find-build.ts';

export const listContracts: CommandDefinition = {
  usage: 'list <application>',
  summary: 'Show what a build provides to others and consumes of others, element by element',
  examples: ['almanac contract list catalog', 'almanac contract list storefront --build 12 --json'],
  options: [['--build <number>', 'the build; the newest that succeeded otherwise']],
  run: async (session, input) => {
    const build = await findBuild(session, { application: argument(input, 0), number: textOption(input, 'build') });
    const contracts = await session.client.getBuildContracts({ params: { build: build.id } });
    session.show({ build: { id: build.id, number: build.number }, ...contracts }, () => {
      const { provides, consumes } = contracts;
      if (provides.length === 0 && consumes.length === 0)
        return [`Build ${build.number} of ${build.application.name} provides no contract and consumes none.`];
      return [
        ...providedLines(contracts),
        ...(provides.length > 0 && consumes.length > 0 ? [''] : []),
        ...consumedLines(contracts),
      ];
    });
    return exitCodes.ok;
  },
};

/** Enough of a fingerprint for people to tell two apart. */
function short(fingerprint: string | null): string {
  return fingerprint?.slice(0, 12) ?? 'nothing provided it';
}

function providedLines({ provides }: BuildContracts): readonly string[] {
  if (provides.length === 0) return [];
  const rows = provides.flatMap(({ contract, module, elements, consumers }) =>
    elements.map((element) => [
      contract,
      module,
      element.label,
      short(element.fingerprint),
      consumers.map(({ name }) => name).join(', '),
    ]),
  );
  return tableLines({ head: ['provides', 'module', 'element', 'fingerprint', 'consumed by'], rows });
}

function consumedLines({ consumes }: BuildContracts): readonly string[] {
  if (consumes.length === 0) return [];
  const rows = consumes.flatMap(({ contract, module, elements, providers }) =>
    elements.map(({ element, label, builtAgainst }) => [
      contract,
      module,
      element === '*' ? 'every element' : label,
      short(builtAgainst),
      providers.map(({ name }) => name).join(', ') || 'nobody',
    ]),
  );
  return tableLines({ head: ['consumes', 'module', 'element', 'built against', 'provided by'], rows });
}
