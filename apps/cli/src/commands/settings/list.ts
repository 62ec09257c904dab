import type { Setting } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { placeWords, valueWords } from './words.ts';

export const listSettings: CommandDefinition = {
  usage: 'list <application>',
  summary: 'List settings and connections of an application with their values in every environment',
  examples: ['almanac settings list orders'],
  run: async (session, input) => {
    const found = await session.client.listSettings({ params: { application: argument(input, 0) } });
    session.show(found, () =>
      found.settings.length === 0
        ? ['This application has no settings. They are defined in its manifest.']
        : tableLines({ head: ['setting', 'place', 'value', 'by'], rows: found.settings.flatMap(rowsOf) }),
    );
    return exitCodes.ok;
  },
};

function rowsOf(setting: Setting): readonly (readonly string[])[] {
  return [
    [setting.key, 'manifest', manifestWords(setting), ''],
    ...setting.values.map((each) => ['', placeWords(each), valueWords(each), each.changedBy]),
  ];
}

function manifestWords({ connection, default: fallback, required }: Setting): string {
  if (connection !== null) return `a database of each ${connection.scope}`;
  return fallback ?? (required ? 'required, no default' : '-');
}
