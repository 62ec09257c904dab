import { entrances } from '@almanac/domain';
import type { AllowListsView } from '@almanac/protocol';
import { Button, Modal, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { useEnvironments, useRoles } from '../people/use-names.ts';
import { SecurityTabs } from '../security/security-tabs.tsx';
import { EditNetworks } from './edit-networks.tsx';
import { entranceWords, type Target } from './networks.view-model.ts';
import { useAllowLists } from './use-allow-lists.ts';

interface Edited {
  readonly target: Target;
  readonly networks: readonly string[];
}

/** From where people and agents come in, roles count, and environments may be changed. */
export function NetworksPage() {
  const found = useAllowLists();
  const [edited, setEdited] = useState<Edited | null>(null);
  return (
    <Page title="Networks" under="From where people and agents come in, and from where roles count">
      <OfflineNote />
      <SecurityTabs active="/security/networks" />
      <div className="stack">
        <Read query={found} skeleton={<SkeletonRows rows={5} columns={3} />}>
          {(lists) => (
            <>
              <p style={{ margin: 0 }}>
                You are at <span className="mono">{lists.you.address}</span>, as the server sees it. Where that is a
                proxy, name it to the server first (ALMANAC_TRUSTED_PROXIES).
              </p>
              <h2>Who gets in</h2>
              <Entrances lists={lists} onEdit={setEdited} />
              <h2>Roles that count only from some networks</h2>
              <Restricted kind="role" lists={lists} onEdit={setEdited} />
              <h2>Environments that are changed only from some networks</h2>
              <Restricted kind="environment" lists={lists} onEdit={setEdited} />
              <Standing lists={lists} />
              <CommandLine command="almanac network show" />
              {edited === null ? null : (
                <Modal opened onClose={() => setEdited(null)} title={edited.target.label}>
                  <EditNetworks {...edited} lists={lists} onDone={() => setEdited(null)} />
                </Modal>
              )}
            </>
          )}
        </Read>
      </div>
    </Page>
  );
}

interface Section {
  readonly lists: AllowListsView;
  readonly onEdit: (edited: Edited) => void;
}

function Entrances({ lists, onEdit }: Section) {
  const rows = entrances.map((name) => {
    const { label, about } = entranceWords[name];
    const networks = lists.entrances[name];
    const target: Target = { kind: 'entrance', name, label: `${label}: reached from` };
    return {
      label,
      about,
      networks,
      change: `Change from where ${label} is reached`,
      onEdit: () => onEdit({ target, networks: networks ?? [] }),
    };
  });
  return <Lists head="Entrance" from="Reached from" rows={rows} />;
}

const sections = {
  role: {
    none: 'Every role counts from everywhere.',
    add: 'Restrict a role',
    heading: 'counts only from',
    head: 'Role',
    from: 'Counts from',
  },
  environment: {
    none: 'Every environment is changed from everywhere by whoever may.',
    add: 'Restrict an environment',
    heading: 'is changed only from',
    head: 'Environment',
    from: 'Changed from',
  },
} as const;

function Restricted({ kind, lists, onEdit }: Section & { readonly kind: 'role' | 'environment' }) {
  const [roles, environments] = [useRoles(), useEnvironments()];
  const choices = kind === 'role' ? roles : environments;
  const words = sections[kind];
  const rows =
    kind === 'role'
      ? lists.roles.map(({ role, networks }) => ({ name: role.name, label: role.displayName, networks }))
      : lists.environments.map(({ environment: { name }, networks }) => ({
          name,
          label: choices.find((each) => each.value === name)?.label ?? name,
          networks,
        }));
  const edit = (row: { readonly name: string; readonly label: string; readonly networks: readonly string[] }) =>
    onEdit({ target: { kind, name: row.name, label: `${row.label} ${words.heading}` }, networks: row.networks });
  const left = choices.filter((each) => rows.every((row) => row.name !== each.value));
  return (
    <div className="stack-small">
      {rows.length === 0 ? (
        <p className="soft" style={{ margin: 0 }}>
          {words.none}
        </p>
      ) : (
        <Lists
          head={words.head}
          from={words.from}
          rows={rows.map((row) => ({
            ...row,
            change: `Change: ${row.label} ${words.heading}`,
            onEdit: () => edit(row),
          }))}
        />
      )}
      {left.length === 0 ? null : (
        <Select
          aria-label={words.add}
          placeholder={words.add}
          data={[...left]}
          value={null}
          searchable
          style={{ maxWidth: 280 }}
          onChange={(name) => {
            const chosen = left.find((each) => each.value === name);
            if (chosen !== undefined) edit({ name: chosen.value, label: chosen.label, networks: [] });
          }}
        />
      )}
    </div>
  );
}

interface ListRow {
  readonly label: string;
  readonly about?: string;
  /** null is everywhere. */
  readonly networks: readonly string[] | null;
  /** What its button does. */
  readonly change: string;
  readonly onEdit: () => void;
}

function Lists(props: { readonly head: string; readonly from: string; readonly rows: readonly ListRow[] }) {
  return (
    <Table className="networks" headings={[props.head, props.from]} actions>
      {props.rows.map(({ label, about, networks, change, onEdit }) => (
        <tr key={label}>
          <td>
            {label}
            {about === undefined ? null : <div className="soft">{about}</div>}
          </td>
          <td>
            {networks?.map((each) => (
              <div key={each} className="mono">
                {each}
              </div>
            )) ?? 'everywhere'}
          </td>
          <td>
            <Button variant="default" aria-label={change} onClick={onEdit}>
              Change
            </Button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Standing({ lists }: { readonly lists: AllowListsView }) {
  const queryClient = useQueryClient();
  const back = useMutation({
    mutationFn: () => api.returnAllowLists({ body: {} }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['allow-lists'] }),
  });
  return (
    <div className="stack-small">
      <p className="soft" style={{ margin: 0 }}>
        In force since <RelativeTime at={lists.changedAt} />, by {lists.changedBy}
        {lists.changedFrom === null ? '' : ` from ${lists.changedFrom}`}. Whoever is locked out gets back in on the
        server's machine: <span className="mono">almanac allow-lists clear</span>
      </p>
      {back.isError ? <ErrorNote error={back.error} /> : null}
      {lists.canReturn && lists.trialEndsAt === null ? (
        <div>
          <Button variant="default" loading={back.isPending} onClick={() => back.mutate()}>
            Put the lists before into force, on trial
          </Button>
        </div>
      ) : null}
    </div>
  );
}
