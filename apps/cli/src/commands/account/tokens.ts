import { capabilities, rights } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import { argument, type CommandDefinition, type CommandInput, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';

const ofOption = ['--of <principal>', 'of a service account, or of somebody else; your own otherwise'] as const;

export const listTokens: CommandDefinition = {
  usage: 'list',
  summary: 'List API tokens: what each may do, when it was used, and when it ends',
  examples: ['almanac token list', 'almanac token list --of release-desk'],
  options: [ofOption],
  run: async (session, input) => {
    const items = await readTokens(session, textOption(input, 'of'));
    session.show({ items }, () =>
      items.length === 0
        ? ['There is no API token.']
        : tableLines({
            head: ['id', 'name', 'prefix', 'may', 'used', 'ends'],
            rows: items.map((each) => [
              each.id,
              each.name,
              each.prefix,
              limitWords(each),
              each.lastUsedAt?.slice(0, 10) ?? 'never',
              each.replacedBy === null ? (each.expiresAt?.slice(0, 10) ?? 'with the server') : 'was replaced',
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const createToken: CommandDefinition = {
  usage: 'create <name>',
  summary: 'Make an API token; it is shown once',
  examples: [
    'almanac token create pipeline --days 30 --capability deploy --capability list --environment test',
    'almanac token create nightly --of release-desk',
  ],
  options: [
    ofOption,
    ['--days <days>', 'when it ends; 90 otherwise, a year at most'],
    ['--capability <capability...>', `limit it to these: ${capabilities.join(', ')}`],
    ['--right <right...>', `limit it to these rights: ${rights.join(', ')}; "none" for none`],
    ['--environment <environment...>', 'limit it to these environments'],
    ['--application <application...>', 'limit it to these applications'],
  ],
  run: async (session, input) => {
    const days = textOption(input, 'days');
    const body = {
      name: argument(input, 0),
      ...(days === undefined ? {} : { expiresInDays: Number(days) }),
      ...(await limitsOf(session, input)),
    };
    const of = textOption(input, 'of');
    const made =
      of === undefined
        ? await session.client.createApiToken({ body })
        : await session.client.createApiTokenFor({ params: { principal: of }, body });
    session.show(made, () => madeLines(made));
    return exitCodes.ok;
  },
};

export const rotateToken: CommandDefinition = {
  usage: 'rotate <id>',
  summary: 'Make a token in the place of one of yours, which works for some hours more',
  examples: ['almanac token rotate 0198c2d4-… --overlap 4'],
  options: [['--overlap <hours>', 'how long the old one works on; 24 otherwise']],
  run: async (session, input) => {
    const hours = textOption(input, 'overlap');
    const made = await session.client.rotateApiToken({
      params: { id: argument(input, 0) },
      body: hours === undefined ? {} : { overlapHours: Number(hours) },
    });
    session.show(made, () => madeLines(made));
    return exitCodes.ok;
  },
};

export const revokeToken: CommandDefinition = {
  usage: 'revoke <id>',
  summary: 'End an API token at once, and those that were made with it',
  examples: ['almanac token revoke 0198c2d4-…', 'almanac token revoke 0198c2d4-… --of release-desk'],
  options: [ofOption],
  run: async (session, input) => {
    const [id, of] = [argument(input, 0), textOption(input, 'of')];
    await (of === undefined
      ? session.client.deleteApiToken({ params: { id } })
      : session.client.revokeApiTokenOf({ params: { principal: of, id } }));
    session.show({ revoked: id }, () => ['It works no more.']);
    return exitCodes.ok;
  },
};

function readTokens(session: Session, of: string | undefined): Promise<readonly ApiToken[]> {
  const { client } = session;
  return listAll((cursor) =>
    of === undefined
      ? client.listApiTokens({ query: pageQuery(cursor) })
      : client.listApiTokensOf({ params: { principal: of }, query: pageQuery(cursor) }),
  );
}

async function limitsOf(session: Session, input: CommandInput) {
  const [wanted, rightsWanted, environments, applications] = ['capability', 'right', 'environment', 'application'].map(
    (each) => listOption(input, each),
  );
  const all = [wanted, rightsWanted, environments, applications];
  if (all.every((each) => each?.length === 0)) return {};
  const some = <Item>(items: readonly Item[]) => (items.length === 0 ? null : [...items]);
  return {
    limits: {
      capabilities: some((wanted ?? []).map((each) => oneOf(capabilities, each))),
      rights: rightsWanted?.includes('none') ? [] : some((rightsWanted ?? []).map((each) => oneOf(rights, each))),
      environments: some(
        await Promise.all(
          (environments ?? []).map(
            async (each) => (await session.client.getEnvironment({ params: { environment: each } })).id,
          ),
        ),
      ),
      applications: some(
        await Promise.all(
          (applications ?? []).map(
            async (each) => (await session.client.getApplication({ params: { application: each } })).id,
          ),
        ),
      ),
    },
  };
}

function oneOf<Item extends string>(known: readonly Item[], text: string): Item {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new CommandError(`${text} is none of ${known.join(', ')}`);
  return found;
}

function limitWords({ limits }: ApiToken): string {
  const parts = [
    limits.capabilities?.join(' '),
    limits.rights === null || limits.rights.length === 0 ? undefined : limits.rights.join(' '),
    limits.environments === null ? undefined : `in ${limits.environments.length} environments`,
    limits.applications === null ? undefined : `for ${limits.applications.length} applications`,
  ].filter((each) => each !== undefined);
  return parts.length === 0 ? 'all that its owner may' : parts.join(', ');
}

function madeLines(made: ApiToken & { readonly secret: string }): readonly string[] {
  return [`${made.name} ends at ${made.expiresAt?.slice(0, 10)}. The token, which is not shown again:`, made.secret];
}
