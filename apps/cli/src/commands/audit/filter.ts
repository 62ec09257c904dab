import { auditCategories } from '@almanac/domain';
import { type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { parseMoment } from '../history/moment.ts';

export const filterOptions: NonNullable<CommandDefinition['options']> = [
  ['--by <name>', 'only what somebody did'],
  ['--action <action>', 'only one kind, such as plan-started'],
  ['--category <category>', `only what is about one thing: ${auditCategories.join(', ')}`],
  ['--subject <subject>', 'only what concerns an object, such as plan:12, or those that begin so: environment:'],
  ['--since <time>', 'only from a moment on: 2d, "yesterday 14:00", 2026-11-21T14:00'],
  ['--until <time>', 'only up to a moment'],
];

/** What the filter options ask for, as the API takes it. */
export function auditFilter(input: CommandInput, now: number) {
  const [actor, action, subject, since, until] = ['by', 'action', 'subject', 'since', 'until'].map((each) =>
    textOption(input, each),
  );
  const given = textOption(input, 'category');
  const category = auditCategories.find((each) => each === given);
  if (given !== undefined && category === undefined)
    throw new CommandError(`--category is one of ${auditCategories.join(', ')}`);
  const moment = (text: string) => parseMoment(text, now).toISOString();
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(category === undefined ? {} : { category }),
    ...(subject === undefined ? {} : { subject }),
    ...(since === undefined ? {} : { from: moment(since) }),
    ...(until === undefined ? {} : { to: moment(until) }),
  };
}
