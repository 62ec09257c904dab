import { scopeWords } from '@almanac/domain';
import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { scopeOf } from './scope-of.ts';

const where = [
  ['--path', 'for this environment and all that come after it on the path'],
  ['--estate', 'for every environment'],
] as const;

export const followPolicy: CommandDefinition = {
  usage: 'follow [environment]',
  summary: 'Read a policy from a file of a repository from now on; a faulty one leaves the version before in force',
  examples: [
    'almanac policy follow production --repository https://git.example.org/policies --file production.yaml',
    'almanac policy follow quality --path --application orders --file deploy/policy.yaml',
  ],
  options: [
    ...where,
    ['--repository <address>', 'the repository that holds the file'],
    ['--application <application>', 'the repository of this application, instead of an address'],
    ['--branch <branch>', 'the branch that is followed; main, or that of the application, otherwise'],
    ['--file <path>', 'the file in the repository', 'policy.yaml'],
  ],
  run: async (session, input) => {
    const repository = textOption(input, 'repository');
    const application = textOption(input, 'application');
    const branch = textOption(input, 'branch');
    if ((repository === undefined) === (application === undefined))
      throw new CommandError('say from where: --repository <address>, or --application <application>');
    const onBranch = branch === undefined ? {} : { branch };
    const followed = await session.client.followPolicy({
      body: {
        scope: scopeOf(input),
        from:
          repository === undefined
            ? { kind: 'application', application: application ?? '', ...onBranch }
            : { kind: 'repository', repository, ...onBranch },
        path: textOption(input, 'file') ?? 'policy.yaml',
      },
    });
    session.show(followed, () => [
      `${scopeWords(followed.scope)}: the policy is read from ${followed.path} in ${followed.repository}, branch ${followed.branch}.`,
    ]);
    return exitCodes.ok;
  },
};

export const unfollowPolicy: CommandDefinition = {
  usage: 'unfollow [environment]',
  summary: 'Read a policy from its repository no more; what holds stays in force',
  examples: ['almanac policy unfollow production'],
  options: [...where],
  run: async (session, input) => {
    const scope = scopeOf(input);
    const environment = scope.kind === 'estate' ? await anyEnvironment(session) : scope.environment;
    const { following } = await session.client.getPolicy({ params: { environment } });
    const found = following.find((each) => scopeWords(each.scope) === scopeWords(scope));
    if (found === undefined) throw new CommandError(`${scopeWords(scope)}: the policy is not read from a repository`);
    await session.client.unfollowPolicy({ params: { following: found.id } });
    session.show({ unfollowed: found }, () => [`${scopeWords(scope)}: the policy is set by hand from now on.`]);
    return exitCodes.ok;
  },
};

/** What holds everywhere is shown with any environment. */
async function anyEnvironment(session: Parameters<CommandDefinition['run']>[0]): Promise<string> {
  const { items } = await session.client.listEnvironments({ query: { limit: 1 } });
  return items[0]?.name ?? '';
}
