import { type Entrance, entrances } from '@almanac/domain';
import type { AllowListsView } from '@almanac/protocol';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';

/** What `<target>` takes, for help and refusals. */
export const targets = `${entrances.join(', ')}, role:NAME or environment:NAME`;

/** A change of one list; null lifts it. */
export function changeOf(target: string, networks: readonly string[] | null) {
  const list = networks === null ? null : [...networks];
  const [kind = '', name = ''] = target.split(':');
  if (isEntrance(target)) return { entrances: { [target]: list } };
  if (name !== '' && kind === 'role') return { roles: { [name]: list } };
  if (name !== '' && kind === 'environment') return { environments: { [name]: list } };
  throw new CommandError(`${target}: say what the list is of: ${targets}`);
}

function isEntrance(text: string): text is Entrance {
  return entrances.some((each) => each === text);
}

export function listLines(found: AllowListsView): readonly string[] {
  const everywhere = 'everywhere';
  const { you } = found;
  return [
    ...tableLines({
      head: ['what', 'from'],
      rows: [
        ...entrances.map((each) => [each, found.entrances[each]?.join(', ') ?? everywhere]),
        ...found.roles.map(({ role, networks }) => [`role:${role.name}`, networks.join(', ')]),
        ...found.environments.map(({ environment, networks }) => [
          `environment:${environment.name}`,
          networks.join(', '),
        ]),
      ],
    }),
    `You come from ${you.address}, by ${you.entrance === 'api' ? 'the API' : 'the console'}.`,
    standingLine(found),
  ];
}

/** How the lists came about, and what is to be done about it. */
export function standingLine(found: AllowListsView): string {
  if (found.trialEndsAt !== null)
    return `On trial until ${found.trialEndsAt}: almanac network confirm keeps them, almanac network return ends them.`;
  const words = {
    changed: `In force since ${found.changedAt}, by ${found.changedBy}.`,
    returned: `In force again since ${found.changedAt}, by ${found.changedBy}.`,
    'not-confirmed': `In force again since ${found.changedAt}: nobody confirmed those that were on trial.`,
    cleared: `Cleared on the server's machine at ${found.changedAt}.`,
  }[found.cause];
  return found.unnoted ? `${words} Nobody took note of it yet: almanac network confirm.` : words;
}
