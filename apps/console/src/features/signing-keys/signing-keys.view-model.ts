import type { SigningKeys } from '@almanac/protocol';

type Key = SigningKeys['keys'][number];

const reasons = {
  offline: 'Offline: it learns the key when it is back',
  'agent-too-old': 'Its agent is too old to learn keys: upgrade it',
  'under-way': 'It is being told',
} as const satisfies Record<SigningKeys['behind'][number]['reason'], string>;

export function reasonWords(reason: keyof typeof reasons): string {
  return reasons[reason];
}

export function countOfSites(count: number): string {
  return count === 1 ? '1 site' : `${count} sites`;
}

/** What happens when a key is retired now; undefined where it cannot be: it is retired already, or the last one. */
export function retirementWords(
  keys: SigningKeys,
  key: Key,
): { readonly text: string; readonly cutsOff: boolean } | undefined {
  if (key.retiredAt !== null || keys.keys.every((each) => each === key || each.retiredAt !== null)) return undefined;
  const { depending } = key.sites;
  return depending === 0
    ? { text: 'No site depends on it: every site that knows it knows another one.', cutsOff: false }
    : {
        text: `${countOfSites(depending)} ${depending === 1 ? 'knows' : 'know'} no other key and would take no order any more, until ${depending === 1 ? 'its agent enrols' : 'their agents enrol'} anew.`,
        cutsOff: true,
      };
}
