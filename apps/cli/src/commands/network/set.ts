import { trialMinutes } from '@almanac/domain';
import { argument, type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { changeOf, listLines, standingLine, targets } from './words.ts';

const evenIfShutOut = [
  '--even-if-shut-out',
  'also if you could not take it back from where you are; it goes back by itself unless somebody confirms it',
] as const;

const trialOptions = [
  [
    '--trial <minutes>',
    `so long somebody has to confirm it (${trialMinutes.least} to ${trialMinutes.most}; ${trialMinutes.usual})`,
  ],
  evenIfShutOut,
] as const;

/** Puts one list into force on trial, or lifts it. */
async function change(session: Session, input: CommandInput, networks: readonly string[] | null): Promise<number> {
  const body = changeOf(argument(input, 0), networks);
  const { revision } = await session.client.getAllowLists();
  const found = await session.client.changeAllowLists({
    revision,
    body: { ...body, trialMinutes: minutesOf(input), evenIfShutOut: input.options['evenIfShutOut'] === true },
  });
  session.show(found, () => listLines(found));
  return exitCodes.ok;
}

function minutesOf(input: CommandInput): number {
  const text = textOption(input, 'trial');
  const minutes = text === undefined ? trialMinutes.usual : Number(text);
  if (!Number.isInteger(minutes)) throw new CommandError('--trial takes whole minutes');
  return minutes;
}

export const setNetworks: CommandDefinition = {
  usage: 'set <target> <network...>',
  summary: `Let in, or let count, only these networks; on trial until it is confirmed. A target is ${targets}`,
  examples: [
    'almanac network set console 10.0.0.0/8 fd00::/8',
    'almanac network set role:administrator 10.8.0.0/16',
    'almanac network set environment:production 10.8.0.0/16 --trial 5',
  ],
  options: trialOptions,
  run: (session, input) => change(session, input, input.args.slice(1)),
};

export const liftNetworks: CommandDefinition = {
  usage: 'lift <target>',
  summary: `Allow it from everywhere again; on trial until it is confirmed. A target is ${targets}`,
  examples: ['almanac network lift agents', 'almanac network lift role:administrator'],
  options: trialOptions,
  run: (session, input) => change(session, input, null),
};

export const confirmNetworks: CommandDefinition = {
  usage: 'confirm',
  summary: 'Keep what is on trial, or take note of how the lists came about',
  examples: ['almanac network confirm'],
  run: async (session) => {
    const found = await session.client.confirmAllowLists({ body: {} });
    session.show(found, () => [standingLine(found)]);
    return exitCodes.ok;
  },
};

export const returnNetworks: CommandDefinition = {
  usage: 'return',
  summary: 'Put the lists before into force again',
  examples: ['almanac network return'],
  options: [evenIfShutOut],
  run: async (session, input) => {
    const found = await session.client.returnAllowLists({
      body: { evenIfShutOut: input.options['evenIfShutOut'] === true },
    });
    session.show(found, () => listLines(found));
    return exitCodes.ok;
  },
};
