import type { Entrance } from '@almanac/domain';
import type { AllowListsView } from '@almanac/protocol';

/** What a list is of. */
export type Target =
  | { readonly kind: 'entrance'; readonly name: Entrance; readonly label: string }
  | { readonly kind: 'role' | 'environment'; readonly name: string; readonly label: string };

export const entranceWords: Readonly<Record<Entrance, { readonly label: string; readonly about: string }>> = {
  console: { label: 'Console', about: 'Browsers, and everybody who signs in with a password' },
  api: { label: 'API', about: 'Tokens: the command line, pipelines and builders' },
  agents: { label: 'Agents', about: 'Sites, when they connect and fetch artifacts' },
};

/** Networks as somebody writes them: one on each line, or with commas and spaces between them. */
export function networksIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((each) => each !== '');
}

/** A change of one list; without networks it is lifted. */
export function changeOf({ kind, name }: Target, networks: readonly string[]) {
  const list = networks.length === 0 ? null : [...networks];
  if (kind === 'entrance') return { entrances: { [name]: list } };
  return kind === 'role' ? { roles: { [name]: list } } : { environments: { [name]: list } };
}

/** The command that does the same. */
export function commandOf(target: Target, networks: readonly string[]): string {
  const named = target.kind === 'entrance' ? target.name : `${target.kind}:${target.name}`;
  return networks.length === 0 ? `almanac network lift ${named}` : `almanac network set ${named} ${networks.join(' ')}`;
}

/** Whether what is written is what is in force already. */
export function sameAsBefore(before: readonly string[], networks: readonly string[]): boolean {
  return before.join() === networks.join();
}

/** What everybody who could do something about it has to know of the lists that are in force; undefined when nothing. */
export function noticeOf(found: AllowListsView): { readonly title: string; readonly action: string } | undefined {
  if (found.trialEndsAt !== null)
    return {
      title: `Allow lists of ${found.changedBy} are on trial`,
      action: 'Keep them',
    };
  if (!found.unnoted) return undefined;
  return {
    title:
      found.cause === 'cleared'
        ? "All allow lists were cleared on the server's machine"
        : 'Allow lists went back to those before: nobody confirmed them in time',
    action: 'I took note',
  };
}
