import type { Capability } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';

/** After how many days a token may end; a year is the most. */
export const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
] as const;

/** The day on which a token ends. */
export function endWords(expiresAt: string | null): string {
  if (expiresAt === null) return 'with the server';
  return new Date(expiresAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
}

/** What a token may do at most, in a few words. */
export function limitWords(limits: ApiToken['limits']): string {
  const count = (items: readonly unknown[] | null, noun: string) =>
    items === null ? undefined : `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
  const [environments, applications] = [
    count(limits.environments, 'environment'),
    count(limits.applications, 'application'),
  ];
  const what = limits.capabilities?.join(', ') ?? ((environments ?? applications) ? 'all' : undefined);
  const parts = [
    what,
    environments === undefined ? undefined : `in ${environments}`,
    applications === undefined ? undefined : `for ${applications}`,
    limits.rights === null || limits.rights.length === 0 ? undefined : `and ${limits.rights.join(', ')}`,
  ].filter((each) => each !== undefined);
  return parts.length === 0 ? 'all that you may' : parts.join(' ');
}

/** The limits of a token that is made on the page: one that is limited holds no right of the installation. */
export function wantedLimits(chosen: {
  readonly capabilities: readonly Capability[];
  readonly environments: readonly string[];
}): { readonly limits?: { capabilities: Capability[] | null; rights: []; environments: string[] | null } } {
  const some = <Item>(items: readonly Item[]) => (items.length === 0 ? null : [...items]);
  const [capabilities, environments] = [some(chosen.capabilities), some(chosen.environments)];
  return capabilities === null && environments === null ? {} : { limits: { capabilities, rights: [], environments } };
}
