import type { Inspection } from '@almanac/protocol';
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

/** Adds an application: where it is, what its manifest says, then yes. */
export function AddApplication(props: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Add an application" size="lg">
      {props.opened ? <AddForm onClose={props.onClose} /> : null}
    </Modal>
  );
}

function AddForm(props: { readonly onClose: () => void }) {
  const [source, setSource] = useState({ repository: '', branch: 'main', manifestPath: 'almanac.yaml' });
  const inspect = useMutation({ mutationFn: () => api.createInspection({ body: source }) });
  const started = inspect.data;
  const inspection = useQuery({
    queryKey: ['inspection', started?.id],
    queryFn: async ({ signal }) => {
      if (started === undefined) throw new Error('nothing is being inspected');
      return api.getInspection({ params: { inspection: started.id }, query: { wait: 20 }, signal });
    },
    enabled: started !== undefined,
    refetchInterval: (query) => (query.state.data === undefined || isOpen(query.state.data) ? 500 : false),
  });
  const found = inspection.data;
  const change = (part: Partial<typeof source>) => {
    inspect.reset();
    setSource({ ...source, ...part });
  };
  const reading = inspect.isPending || (started !== undefined && (found === undefined || isOpen(found)));
  return (
    <Form onSubmit={() => inspect.mutate()}>
      <TextInput
        label="Repository"
        description="https address, file:// address, or a path on the machine of the builder"
        required
        data-autofocus
        value={source.repository}
        onChange={(event) => change({ repository: event.currentTarget.value })}
      />
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <TextInput
          label="Branch"
          required
          style={{ flex: 1 }}
          value={source.branch}
          onChange={(event) => change({ branch: event.currentTarget.value })}
        />
        <TextInput
          label="Manifest"
          required
          style={{ flex: 1 }}
          value={source.manifestPath}
          onChange={(event) => change({ manifestPath: event.currentTarget.value })}
        />
      </div>
      {inspect.isError ? <ErrorNote error={inspect.error} /> : null}
      {inspection.isError ? <ErrorNote error={inspection.error} /> : null}
      {found?.state === 'failed' ? <Faults inspection={found} /> : null}
      {found?.state === 'succeeded' ? <Found inspection={found} onClose={props.onClose} /> : null}
      <CommandLine
        command={`almanac app add ${source.repository || '<repository>'} --branch ${source.branch} --manifest ${source.manifestPath}`}
      />
      {found?.state === 'succeeded' ? null : (
        <div>
          <Button type="submit" loading={reading} disabled={source.repository === ''}>
            Read the manifest
          </Button>
          {reading ? (
            <span className="soft" role="status" style={{ marginLeft: 8 }}>
              Fetching the repository and reading its manifest…
            </span>
          ) : null}
        </div>
      )}
    </Form>
  );
}

function isOpen(inspection: Inspection): boolean {
  return inspection.state === 'queued' || inspection.state === 'running';
}

function Faults(props: { readonly inspection: Inspection }) {
  const { fault, manifestPath } = props.inspection;
  return (
    <div className="note failed stack-small" role="alert">
      <strong>{fault?.detail}</strong>
      {(fault?.faults ?? []).map((each) => (
        <span key={`${each.line}:${each.column}:${each.detail}`} className="mono">
          {manifestPath}:{each.line}:{each.column} {each.path === '' ? '' : `${each.path}: `}
          {each.detail}
        </span>
      ))}
    </div>
  );
}

function Found(props: { readonly inspection: Inspection; readonly onClose: () => void }) {
  const { manifest, commit, id } = props.inspection;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: () => api.createApplication({ body: { inspection: id } }),
    onSuccess: (application) => {
      void queryClient.invalidateQueries({ queryKey: ['board'] });
      void navigate({ to: '/applications/$application', params: { application: application.name }, search: {} });
    },
  });
  if (manifest === null) return null;
  return (
    <div className="stack-small">
      <dl className="facts">
        <dt>Application</dt>
        <dd>
          <strong>{manifest.application}</strong>
        </dd>
        <dt>Commit</dt>
        <dd>
          <span className="mono">{commit?.hash.slice(0, 8)}</span> {commit?.subject}
        </dd>
        <dt>Modules</dt>
        <dd>{Object.keys(manifest.modules).join(', ')}</dd>
        <dt>Settings</dt>
        <dd>{Object.keys(manifest.settings).join(', ') || 'none'}</dd>
      </dl>
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <div className="row">
        <Button loading={add.isPending} onClick={() => add.mutate()}>
          Add {manifest.application}
        </Button>
        <Button variant="default" onClick={props.onClose}>
          Do nothing
        </Button>
      </div>
    </div>
  );
}
