import type { BoardRow, Environment, Release } from '@almanac/protocol';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { decodeChoices } from './choice.ts';
import { type ComposeSearch, type Composition, usualSource, usualTarget, withoutEmpty } from './compose.view-model.ts';
import { type ComposeSource, releaseOfKey } from './compose-source.ts';

export interface ComposedAddress {
  readonly target: Environment | undefined;
  readonly source: ComposeSource | undefined;
  readonly composition: Composition;
  readonly showAll: boolean;
  /** Number of the draft that holds the choices on the server. */
  readonly number: string | undefined;
  /** Changes the address; `replace` where going back should not come by here. */
  readonly change: (next: Partial<ComposeSearch>, replace?: boolean) => void;
}

const noStrategies = {};

/** What is composed, as the address says it: every choice can be sent to somebody else, and taken back by going back. */
export function useComposition(input: {
  readonly environments: readonly Environment[];
  readonly rows: readonly BoardRow[];
  /** The release that the address names, when it does. */
  readonly release: Release | undefined;
}): ComposedAddress {
  const { environments, rows, release } = input;
  const search = useSearch({ from: '/signed-in/plans/compose' });
  const navigate = useNavigate();
  const choices = useMemo(() => decodeChoices(search.choose), [search.choose]);
  const target = environments.find((each) => each.name === search.to) ?? usualTarget(environments, rows);
  // What usually is the target changes with the estate: with the first choice it stands in the address.
  const name = target?.name;
  const change = useCallback(
    (next: Partial<ComposeSearch>, replace = false) =>
      void navigate({ to: '/plans/compose', search: (old) => withoutEmpty({ to: name, ...old, ...next }), replace }),
    [navigate, name],
  );
  const source = target === undefined ? undefined : sourceOf({ from: search.from, target, environments, release });
  return {
    target,
    source,
    composition: {
      target: target?.name ?? '',
      source,
      choices,
      strategies: search.rollout ?? noStrategies,
      everything: search.everything === true,
      filter: search.filter ?? '',
      team: search.team ?? '',
    },
    showAll: search.all === true || source === undefined,
    number: search.plan === undefined ? undefined : String(search.plan),
    change,
  };
}

function sourceOf(input: {
  readonly from: string | undefined;
  readonly target: Environment;
  readonly environments: readonly Environment[];
  readonly release: Release | undefined;
}): ComposeSource | undefined {
  const { from, target, environments, release } = input;
  if (from === 'none') return undefined;
  if (release !== undefined && releaseOfKey(from) === release.name) return { kind: 'release', release };
  const environment = environments.find((each) => each.name === from && each.id !== target.id);
  return environment === undefined ? usualSource(environments, target) : { kind: 'environment', environment };
}
