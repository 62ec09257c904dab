import type { BoardRow, Environment } from '@almanac/protocol';
import { Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { teamsOf } from './compose.view-model.ts';
import { type ComposeSource, releaseOfKey, sourceKey, sourceWords } from './compose-source.ts';
import type { ComposedAddress } from './use-composition.ts';

/** Which environments are compared, which applications are shown, and whether everything that differs is taken. */
export function ComposeBar(props: {
  readonly environments: readonly Environment[];
  readonly rows: readonly BoardRow[];
  readonly target: Environment;
  readonly address: ComposedAddress;
  readonly onTarget: (name: string) => void;
}) {
  const { target, address } = props;
  const { composition, source, change } = address;
  const choices = props.environments.map((each) => ({ value: each.name, label: each.displayName }));
  const teams = teamsOf(props.rows);
  const releases = useReleaseNames(source?.kind === 'release' ? source.release.name : undefined);
  return (
    <div className="compose-bar">
      <Select
        label="Compare with"
        data={[
          { group: 'Environments', items: choices.filter((each) => each.value !== target.name) },
          ...(releases.length === 0 ? [] : [{ group: 'Releases', items: releases }]),
          { group: 'Otherwise', items: [{ value: 'none', label: 'nothing' }] },
        ]}
        value={source === undefined ? 'none' : sourceKey(source)}
        onChange={(value) => value !== null && change({ from: value, ...withoutWhole(source, value) })}
      />
      <Select
        label="Change"
        className={`environment-select environment-type-${target.type}`}
        data={choices}
        value={target.name}
        onChange={(value) => value !== null && value !== target.name && props.onTarget(value)}
      />
      <TextInput
        label="Name"
        placeholder="any"
        type="search"
        value={composition.filter}
        onChange={(event) => change({ filter: event.currentTarget.value }, true)}
      />
      {teams.length === 0 ? null : (
        <Select
          label="Team"
          placeholder="any"
          clearable
          data={[...teams]}
          value={composition.team === '' ? null : composition.team}
          onChange={(value) => change({ team: value ?? undefined })}
        />
      )}
      <div className="compose-switches">
        <Switch
          size="xs"
          label={source?.kind === 'release' ? `All of ${sourceWords(source)}` : 'Everything that differs'}
          disabled={source === undefined}
          checked={composition.everything}
          onChange={(event) => change({ everything: event.currentTarget.checked || undefined })}
        />
        <Switch
          size="xs"
          label="Show what is the same too"
          disabled={source === undefined}
          checked={address.showAll}
          onChange={(event) => change({ all: event.currentTarget.checked || undefined })}
        />
      </div>
    </div>
  );
}

/** All of a release is no wish for everything that differs from an environment, nor the other way round. */
function withoutWhole(source: ComposeSource | undefined, next: string) {
  const releases = source?.kind === 'release' || releaseOfKey(next) !== undefined;
  return releases ? { everything: undefined } : {};
}

/** The newest releases, and the one that is chosen, as what can be compared with. */
function useReleaseNames(chosen: string | undefined) {
  const releases = useQuery({
    queryKey: ['releases'],
    queryFn: () => api.listReleases({ query: { limit: 50 } }),
  });
  const names = (releases.data?.items ?? []).map((each) => each.name);
  return [...new Set(chosen === undefined ? names : [chosen, ...names])].map((name) => ({
    value: `release:${name}`,
    label: `release ${name}`,
  }));
}
