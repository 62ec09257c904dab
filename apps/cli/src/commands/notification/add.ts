import type { NotificationAddress } from '@almanac/protocol';
import { argument, type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const addNotification: CommandDefinition = {
  usage: 'add <name>',
  summary: 'Tell a webhook or people of what happens; without a filter of everything',
  examples: [
    'almanac notification add team --url https://hooks.example.com/almanac --event "plan-*" --event build-failed',
    'almanac notification add on-call --email ada@example.com --event plan-failed --event "site-*" --env production',
  ],
  options: [
    ['--url <url>', 'an address that takes CloudEvents, signed by the Standard Webhooks scheme'],
    ['--email <address...>', 'an e-mail address; give it again for more'],
    ['--event <kind...>', 'only these kinds, such as plan-failed or plan-*'],
    ['--env <environment...>', 'only what concerns these environments'],
    ['--app <application...>', 'only what concerns these applications'],
  ],
  run: async (session, input) => {
    const { secret, ...subscription } = await session.client.createNotificationSubscription({
      body: {
        name: argument(input, 0),
        address: addressOf(input),
        filter: {
          events: [...listOption(input, 'event')],
          environments: [...listOption(input, 'env')],
          applications: [...listOption(input, 'app')],
        },
      },
    });
    session.show({ ...subscription, secret }, () => [
      `Added ${subscription.name}. Try it: almanac notification test ${subscription.name}`,
      ...secretLines(secret),
    ]);
    return exitCodes.ok;
  },
};

/** What is said of a secret: once. */
export function secretLines(secret: string | null): readonly string[] {
  return secret === null
    ? []
    : ['', `  ${secret}`, '', 'This is the secret by which the receiver knows us. It is shown this once.'];
}

function addressOf(input: CommandInput): NotificationAddress {
  const url = textOption(input, 'url');
  const to = listOption(input, 'email');
  if ((url === undefined) === (to.length === 0))
    throw new CommandError('say where to: --url <url> or --email <address>');
  return url === undefined ? { kind: 'email', to: [...to] } : { kind: 'webhook', url };
}

function listOption(input: CommandInput, name: string): readonly string[] {
  const given = input.options[name];
  return Array.isArray(given) ? given.map(String) : [];
}
