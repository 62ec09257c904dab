import type { CommandInput } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';

/** Where something holds, as options say it. */
export function scopeOf(input: CommandInput) {
  const [environment] = input.args;
  if (input.options['estate'] === true) {
    if (environment !== undefined) throw new CommandError('name an environment, or give --estate, not both');
    return { kind: 'estate' } as const;
  }
  if (environment === undefined) throw new CommandError('say where: an environment, or --estate for all of them');
  return { kind: input.options['path'] === true ? 'path' : 'environment', environment } as const;
}
