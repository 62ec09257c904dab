import type { Application, Environment, Setting } from '@almanac/protocol';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Empty, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { type Editing, EditSetting } from './edit-setting.tsx';
import { SettingChanges } from './setting-changes.tsx';
import { differs, placesOf, shownValue } from './settings.view-model.ts';

/** Settings and connections × environments, with the narrower values of labels and sites; changed where they stand. */
export function SettingsTab(props: { readonly application: Application }) {
  const { name } = props.application;
  const [editing, setEditing] = useState<Editing | null>(null);
  const [compared, setCompared] = useState<string | null>(null);
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const settings = useQuery({
    queryKey: ['settings', name],
    queryFn: () => api.listSettings({ params: { application: name } }),
  });
  const all = environments.data?.items ?? [];
  const pairs = all.flatMap((from, index) => all.slice(index + 1).map((to) => [from, to] as const));
  const pair = pairs.find(([from, to]) => `${from.name} ${to.name}` === compared);
  return (
    <>
      <Read query={settings} skeleton={<SkeletonRows rows={3} columns={4} />}>
        {(found) =>
          found.settings.length === 0 ? (
            <Empty title="This application has no settings">
              <p style={{ margin: 0 }}>Settings and connections are defined in its manifest.</p>
            </Empty>
          ) : (
            <div className="stack">
              <Select
                label="Show"
                placeholder="every setting"
                clearable
                style={{ maxWidth: 420 }}
                data={pairs.map(([from, to]) => ({
                  value: `${from.name} ${to.name}`,
                  label: `what differs between ${from.displayName} and ${to.displayName}`,
                }))}
                value={compared}
                onChange={setCompared}
              />
              <Matrix
                settings={found.settings.filter((each) => pair === undefined || differs(each, ...pair))}
                environments={pair ?? all}
                onEdit={setEditing}
              />
              <SettingChanges application={name} />
            </div>
          )
        }
      </Read>
      {editing === null ? null : <EditSetting application={name} editing={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function Matrix(props: {
  readonly settings: readonly Setting[];
  readonly environments: readonly Environment[];
  readonly onEdit: (editing: Editing) => void;
}) {
  if (props.settings.length === 0) return <p className="soft">Nothing is set otherwise.</p>;
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th>Setting</th>
            <th>Manifest</th>
            {props.environments.map((each) => (
              <th key={each.id}>
                <EnvironmentTag environment={each} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.settings.flatMap((setting) =>
            placesOf(setting).map((place) => (
              <tr key={`${setting.key} ${place.level} ${place.selector}`}>
                <td>
                  {place.level === 'environment' ? (
                    <>
                      <span className="mono">{setting.key}</span>
                      <div className="soft">{setting.description ?? connectionWords(setting)}</div>
                    </>
                  ) : (
                    <span className="soft">
                      {place.level} <span className="mono">{place.selector}</span>
                    </span>
                  )}
                </td>
                <td className="mono">{place.level === 'environment' ? manifestWords(setting) : ''}</td>
                {props.environments.map((environment) => (
                  <td key={environment.id}>
                    <button
                      type="button"
                      className="link-button mono"
                      aria-label={`Change ${setting.key} in ${environment.displayName}`}
                      onClick={() => props.onEdit({ setting, environment, place })}
                    >
                      {shownValue(setting, environment, place)}
                    </button>
                  </td>
                ))}
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function manifestWords(setting: Setting): string {
  if (setting.connection !== null) return setting.connection.type;
  return setting.default ?? (setting.required ? 'required' : '–');
}

function connectionWords({ connection }: Setting): string | null {
  return connection === null ? null : `a database of its own on each ${connection.scope}, unless bound to an address`;
}
