import { type PolicyScope, policyWords, scopeWords } from '@almanac/domain';
import type { PolicyVersion } from '@almanac/protocol';
import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ago } from '../../output/words.ts';
import type { Session } from '../../session.ts';
import { scopeOf } from './scope-of.ts';
import { originWords } from './words.ts';

export const showPolicyHistory: CommandDefinition = {
  usage: 'history [environment]',
  summary:
    'Show every version of a policy, newest first; an earlier one is put in force again with: policy set --version',
  examples: ['almanac policy history production', 'almanac policy history --estate'],
  options: [
    ['--path', 'the policy of this environment and all that come after it on the path'],
    ['--estate', 'the policy of every environment'],
  ],
  run: async (session, input) => {
    const scope = scopeOf(input);
    const versions: PolicyVersion[] = [];
    for await (const each of policyVersions(session, scope)) versions.push(each);
    session.show(versions, () =>
      versions.length === 0
        ? [`${scopeWords(scope)}: no policy was ever set.`]
        : versions.flatMap((each) => [
            `version ${each.version} ${originWords(each)}, ${ago(each.changedAt, session.now())}${each.note === '' ? '' : `: ${each.note}`}`,
            ...policyWords(each.policy).map((line) => `  ${line}`),
          ]),
    );
    return exitCodes.ok;
  },
};

/** The versions of one policy, newest first. */
export async function* policyVersions(session: Session, scope: PolicyScope): AsyncGenerator<PolicyVersion> {
  const where = scope.kind === 'estate' ? {} : { environment: scope.environment };
  let cursor: string | null | undefined;
  do {
    const page = await session.client.listPolicyVersions({
      query: { scope: scope.kind, ...where, limit: 100, ...(cursor == null ? {} : { cursor }) },
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}
