import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const followBranch: CommandDefinition = {
  usage: 'follow <environment>',
  summary: 'Let an environment deploy each new commit of a branch by itself',
  examples: [
    'almanac env follow development',
    'almanac env follow quality --branch release',
    'almanac env follow development --off',
  ],
  options: [
    ['--branch <name>', 'the branch; that of each application otherwise'],
    ['--off', 'deploy nothing by itself any more'],
  ],
  run: async (session, input) => {
    const environment = argument(input, 0);
    const present = await session.client.getEnvironment({ params: { environment } });
    const branch = textOption(input, 'branch');
    const following =
      input.options['off'] === true
        ? ({ kind: 'none' } as const)
        : branch === undefined
          ? ({ kind: 'application-branch' } as const)
          : ({ kind: 'branch', branch } as const);
    const changed = await session.client.updateEnvironment({
      params: { environment },
      body: { following },
      revision: present.revision,
    });
    session.show(changed, () => [
      following.kind === 'none'
        ? `${changed.name} follows nothing now.`
        : `${changed.name} follows ${branch ?? 'the branch of each application'} now.`,
    ]);
    return exitCodes.ok;
  },
};
