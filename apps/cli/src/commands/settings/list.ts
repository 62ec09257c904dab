import type { Setting } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';

export const listSettings: CommandDefinition = {
  usage: 'list <application>',
  summary: 'List the settings of an application with their values in every environment',
  examples: ['almanac settings list orders'],
  run: async (session, input) => {
    const found = await session.client.listSettings({ params: { application: argument(input, 0) } });
    session.show(found, () =>
      found.settings.length === 0
        ? ['This application has no settings. They are defined in its manifest.']
        : tableLines({ head: ['setting', 'place', 'value'], rows: found.settings.flatMap(rowsOf) }),
    );
    return exitCodes.ok;
  },
};

function rowsOf(setting: Setting): readonly (readonly string[])[] {
  const own = [setting.key, 'manifest', setting.default ?? (setting.required ? 'required, no default' : '-')];
  return [
    own,
    ...setting.values.map((each) => [
      '',
      `${each.environment.name}${each.selector === null ? '' : ` ${each.level} ${each.selector}`}`,
      each.value ?? '(secret)',
    ]),
  ];
}
