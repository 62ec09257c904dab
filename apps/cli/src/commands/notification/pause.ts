import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { secretLines } from './add.ts';

export const pauseNotification: CommandDefinition = {
  usage: 'pause <name>',
  summary: 'Hold notifications back until they are resumed',
  examples: ['almanac notification pause team --reason "the receiver moves"'],
  options: [['--reason <text>', 'why, for whoever looks']],
  run: async (session, input) => {
    const found = await session.client.pauseNotificationSubscription({
      params: { subscription: argument(input, 0) },
      body: { reason: textOption(input, 'reason') ?? '' },
    });
    session.show(found, () => [`${found.name} is paused; what happens is held for it.`]);
    return exitCodes.ok;
  },
};

export const resumeNotification: CommandDefinition = {
  usage: 'resume <name>',
  summary: 'Send notifications again, with what was held meanwhile',
  examples: ['almanac notification resume team', 'almanac notification resume team --drop'],
  options: [['--drop', 'forget what was held meanwhile']],
  run: async (session, input) => {
    const found = await session.client.resumeNotificationSubscription({
      params: { subscription: argument(input, 0) },
      body: { held: input.options['drop'] === true ? 'drop' : 'send' },
    });
    session.show(found, () => [
      found.deliveries.pending === 0
        ? `${found.name} is active again.`
        : `${found.name} is active again; ${found.deliveries.pending} notifications go out now.`,
    ]);
    return exitCodes.ok;
  },
};

export const rotateNotificationSecret: CommandDefinition = {
  usage: 'rotate <name>',
  summary: 'Make a new secret for a webhook; the one before stays valid for a while',
  examples: ['almanac notification rotate team', 'almanac notification rotate team --overlap 0'],
  options: [['--overlap <hours>', 'how long the secret before stays valid', '24']],
  run: async (session, input) => {
    const overlapHours = Number(textOption(input, 'overlap') ?? 24);
    if (!Number.isInteger(overlapHours) || overlapHours < 0) throw new CommandError('--overlap is a number of hours');
    const { secret, ...found } = await session.client.rotateNotificationSecret({
      params: { subscription: argument(input, 0) },
      body: { overlapHours },
    });
    session.show({ ...found, secret }, () => [
      `${found.name} signs with a new secret${overlapHours === 0 ? '' : `, and for ${overlapHours} h with the one before as well`}.`,
      ...secretLines(secret),
    ]);
    return exitCodes.ok;
  },
};

export const removeNotification: CommandDefinition = {
  usage: 'remove <name>',
  summary: 'Tell it nothing any more, and forget what it was told',
  examples: ['almanac notification remove team'],
  run: async (session, input) => {
    const subscription = argument(input, 0);
    const { name, revision } = await session.client.getNotificationSubscription({ params: { subscription } });
    await session.client.deleteNotificationSubscription({ params: { subscription }, revision });
    session.show({ removed: name }, () => [`Removed ${name}.`]);
    return exitCodes.ok;
  },
};
