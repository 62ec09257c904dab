import type { DirectorySync, ScimToken } from '@almanac/protocol';
import { argument, type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { ago } from '../../output/words.ts';
import type { Session } from '../../session.ts';

/** What can be done with the token of a provider; each shows what came of it, and ends with an exit code. */
const actions: Readonly<Record<string, (session: Session, input: CommandInput) => Promise<number>>> = {
  show,
  create: async (session, input) => {
    const days = numberOption(input, 'days');
    const made = await session.client.createScimToken({
      params: paramsOf(input),
      body: days === undefined ? {} : { expiresInDays: days },
    });
    return showMade(session, input, made);
  },
  rotate: async (session, input) => {
    const hours = numberOption(input, 'overlap');
    const made = await session.client.rotateScimToken({
      params: paramsOf(input),
      body: hours === undefined ? {} : { overlapHours: hours },
    });
    return showMade(session, input, made);
  },
  end: async (session, input) => {
    const params = paramsOf(input);
    const { tokens } = await session.client.getDirectorySync({ params });
    for (const { id } of tokens) await session.client.endScimToken({ params: { ...params, token: id } });
    session.show({ ended: tokens.map((each) => each.id) }, () => [
      tokens.length === 0
        ? `${params.provider} has no token for SCIM.`
        : `${params.provider} sends people and groups no longer; those that came stay as they are.`,
    ]);
    return exitCodes.ok;
  },
};

export const scimToken: CommandDefinition = {
  usage: 'scim-token <action> <name>',
  summary: `The token with which a provider sends its people and groups (SCIM): ${Object.keys(actions).join(', ')}`,
  examples: [
    'almanac provider scim-token create acme --days 180',
    'almanac provider scim-token rotate acme --overlap 48',
    'almanac provider scim-token show acme --json',
  ],
  options: [
    ['--days <days>', 'create: when it ends; a year otherwise, and at most'],
    ['--overlap <hours>', 'rotate: how long the one before works on; 24 otherwise'],
  ],
  run: (session, input) => {
    const action = actions[argument(input, 0)];
    if (action === undefined) throw new CommandError(`the action is one of ${Object.keys(actions).join(', ')}`);
    return action(session, input);
  },
};

async function show(session: Session, input: CommandInput): Promise<number> {
  const params = paramsOf(input);
  const sync = await session.client.getDirectorySync({ params });
  session.show(sync, () => [
    `${params.provider} sends people and groups to ${sync.url}`,
    `  people     ${sync.users}, ${sync.activeUsers} of them active`,
    `  groups     ${sync.groups}, ${sync.mappedGroups} of them give something`,
    ...tokenLines(sync, session.now()),
  ]);
  return exitCodes.ok;
}

function tokenLines({ tokens }: DirectorySync, now: number): readonly string[] {
  if (tokens.length === 0) return ['  token      none: it sends nothing'];
  return tokens.map(({ prefix, lastUsedAt, expiresAt, replaced }) => {
    const used = lastUsedAt === null ? 'never used' : `used ${ago(lastUsedAt, now)}`;
    return `  token      ${prefix}…, ${used}, ends ${expiresAt.slice(0, 10)}${replaced ? ' (was replaced)' : ''}`;
  });
}

async function showMade(
  session: Session,
  input: CommandInput,
  made: ScimToken & { readonly secret: string },
): Promise<number> {
  const { url } = await session.client.getDirectorySync({ params: paramsOf(input) });
  session.show({ ...made, url }, () => [
    `Give these to ${argument(input, 1)}; the token is shown this once, and ends on ${made.expiresAt.slice(0, 10)}:`,
    `  address  ${url}`,
    `  token    ${made.secret}`,
  ]);
  return exitCodes.ok;
}

function paramsOf(input: CommandInput) {
  return { provider: argument(input, 1) };
}

function numberOption(input: CommandInput, name: string): number | undefined {
  const text = textOption(input, name);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new CommandError(`--${name} is a whole number, not ${text}`);
  return Number(text);
}
