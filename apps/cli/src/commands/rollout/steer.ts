import type { Rollout } from '@almanac/protocol';
import { type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { placeOf } from './show.ts';
import { rolloutLines } from './words.ts';

const where = ['--env <environment>', 'where it runs'] as const;
const only = ['--site <site>', 'this site alone; all of them otherwise'] as const;
const why = ['--reason <text>', 'why'] as const;

function reasonOf(input: CommandInput): string {
  const reason = textOption(input, 'reason');
  if (reason === undefined) throw new CommandError('say why: --reason <text>');
  return reason;
}

/** What a command asks, and of whom. */
function askOf(input: CommandInput, reason: string): { readonly reason: string; readonly site?: string } {
  const site = textOption(input, 'site');
  return { reason, ...(site === undefined ? {} : { site }) };
}

function show(session: Session, rollout: Rollout): number {
  session.show(rollout, () => rolloutLines(session.terminal, rollout));
  return exitCodes.ok;
}

export const promoteRollout: CommandDefinition = {
  usage: 'promote <application>',
  summary: 'Let the new version in altogether, without the steps and analyses that remain',
  examples: ['almanac rollout promote storefront --env production --reason "the fix has to be out now"'],
  options: [where, only, why],
  run: async (session, input) =>
    show(session, await session.client.promoteRollout({ params: placeOf(input), body: askOf(input, reasonOf(input)) })),
};

export const pauseRollout: CommandDefinition = {
  usage: 'pause <application>',
  summary: 'Let a rollout rest where it is until somebody resumes it',
  examples: [
    'almanac rollout pause storefront --env production',
    'almanac rollout pause storefront --env production --site berlin --reason "the fair is on"',
  ],
  options: [where, only, why],
  run: async (session, input) =>
    show(
      session,
      await session.client.pauseRollout({
        params: placeOf(input),
        body: askOf(input, textOption(input, 'reason') ?? ''),
      }),
    ),
};

export const resumeRollout: CommandDefinition = {
  usage: 'resume <application>',
  summary: 'Let a rollout go on that waits; what a verdict held up is analysed anew',
  examples: ['almanac rollout resume storefront --env production'],
  options: [where, only, why],
  run: async (session, input) =>
    show(
      session,
      await session.client.resumeRollout({
        params: placeOf(input),
        body: askOf(input, textOption(input, 'reason') ?? ''),
      }),
    ),
};

export const abortRollout: CommandDefinition = {
  usage: 'abort <application>',
  summary: 'Call a rollout off: what ran before takes all requests again',
  examples: ['almanac rollout abort storefront --env production --reason "customers complain"'],
  options: [where, only, why],
  run: async (session, input) =>
    show(session, await session.client.abortRollout({ params: placeOf(input), body: askOf(input, reasonOf(input)) })),
};

export const skipRolloutStep: CommandDefinition = {
  usage: 'skip <application>',
  summary: 'Leave out the step that a rollout is at',
  examples: ['almanac rollout skip storefront --env production --reason "no traffic at night"'],
  options: [where, only, why, ['--step <number>', 'the step that is meant; the one it is at otherwise']],
  run: async (session, input) => {
    const params = placeOf(input);
    const reason = reasonOf(input);
    const step = Number(
      textOption(input, 'step') ?? (await presentStep(session, { ...params, site: textOption(input, 'site') })),
    );
    return show(
      session,
      await session.client.skipRolloutStep({ params, body: { ...askOf(input, reason), step: step - 1 } }),
    );
  },
};

/** The step that the site is at, or the first of all sites, counted from 1. */
async function presentStep(
  session: Session,
  place: ReturnType<typeof placeOf> & { readonly site: string | undefined },
): Promise<number> {
  const { site, ...params } = place;
  const { sites } = await session.client.getRollout({ params });
  const asked = sites.filter((each) => site === undefined || each.site.name === site || each.site.id === site);
  const stepping = asked.find((each) => each.phase === 'stepping')?.rollout;
  if (stepping == null)
    throw new CommandError(
      `no rollout of ${params.application}${site === undefined ? '' : ` on ${site}`} is taking steps`,
    );
  return stepping.step + 1;
}
