import type { BoardRow, Environment } from '@almanac/protocol';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { decodeChoices } from './choice.ts';
import { type ComposeSearch, type Composition, usualSource, usualTarget, withoutEmpty } from './compose.view-model.ts';

export interface ComposedAddress {
  readonly target: Environment | undefined;
  readonly source: Environment | undefined;
  readonly composition: Composition;
  readonly showAll: boolean;
  /** Number of the draft that holds the choices on the server. */
  readonly number: string | undefined;
  /** Changes the address; `replace` where going back should not come by here. */
  readonly change: (next: Partial<ComposeSearch>, replace?: boolean) => void;
}

/** What is composed, as the address says it: every choice can be sent to somebody else, and taken back by going back. */
export function useComposition(environments: readonly Environment[], rows: readonly BoardRow[]): ComposedAddress {
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
  const source =
    search.from === 'none' || target === undefined
      ? undefined
      : (environments.find((each) => each.name === search.from && each.id !== target.id) ??
        usualSource(environments, target));
  return {
    target,
    source,
    composition: {
      target: target?.name ?? '',
      source: source?.name,
      choices,
      everything: search.everything === true,
      filter: search.filter ?? '',
      team: search.team ?? '',
    },
    showAll: search.all === true || source === undefined,
    number: search.plan === undefined ? undefined : String(search.plan),
    change,
  };
}
