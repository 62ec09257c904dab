import { Button, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { createCommand, type NamedVersion, releaseOf, withVersion } from './release.view-model.ts';

/** Names a set of versions: what an environment runs at this moment, or what is chosen one by one. */
export function CreateRelease() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [notes, setNotes] = useState('');
  const [by, setBy] = useState<'environment' | 'versions'>('environment');
  const [from, setFrom] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly NamedVersion[]>([]);
  const state = useQuery({
    queryKey: ['board', 'state', from],
    queryFn: () => api.getEnvironmentState({ params: { environment: from ?? '' }, query: { facts: 'versions' } }),
    enabled: from !== null,
  });
  const running = state.data === undefined ? undefined : releaseOf(state.data);
  const content = by === 'environment' ? { from: from ?? '' } : { versions: [...chosen] };
  const create = useMutation({
    mutationFn: () => api.createRelease({ body: { name, notes, content } }),
    onSuccess: (release) => {
      void queryClient.invalidateQueries({ queryKey: ['releases'] });
      void navigate({ to: '/releases/$release', params: { release: release.name } });
    },
  });
  const empty =
    by === 'environment'
      ? running === undefined || running.nameless.length > 0 || running.versions.length === 0
      : chosen.length === 0;
  return (
    <Form onSubmit={() => create.mutate()}>
      <TextInput
        label="Name"
        required
        data-autofocus
        placeholder="spring"
        pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
        title="Lower-case letters, digits and hyphens"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <SegmentedControl
        aria-label="What it names"
        data={[
          { value: 'environment', label: 'What an environment runs' },
          { value: 'versions', label: 'Versions one by one' },
        ]}
        value={by}
        onChange={(value) => setBy(value === 'versions' ? 'versions' : 'environment')}
      />
      {by === 'versions' ? (
        <ChooseVersions chosen={chosen} onChange={setChosen} />
      ) : (
        <>
          <ChooseEnvironment value={from} onChange={setFrom} />
          {from === null ? null : (
            <Read query={state} skeleton={<SkeletonRows rows={3} columns={2} />}>
              {(found) => <Running content={releaseOf(found)} />}
            </Read>
          )}
        </>
      )}
      <Textarea
        label="Notes"
        placeholder="What should people know?"
        autosize
        minRows={1}
        value={notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
      />
      {create.isError ? <ErrorNote error={create.error} /> : null}
      <CommandLine command={createCommand({ name, content })} />
      <div>
        <Button type="submit" loading={create.isPending} disabled={name === '' || empty}>
          Make release {name}
        </Button>
      </div>
    </Form>
  );
}

function ChooseEnvironment(props: {
  readonly value: string | null;
  readonly onChange: (environment: string | null) => void;
}) {
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  return (
    <Select
      label="Environment"
      required
      data={(environments.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
      value={props.value}
      onChange={props.onChange}
    />
  );
}

/** Names versions one after the other; another of the same application takes the place of the one before. */
function ChooseVersions(props: {
  readonly chosen: readonly NamedVersion[];
  readonly onChange: (chosen: readonly NamedVersion[]) => void;
}) {
  const { chosen, onChange } = props;
  const [application, setApplication] = useState<string | null>(null);
  const applications = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  const versions = useQuery({
    queryKey: ['versions', application],
    queryFn: () => api.listVersions({ params: { application: application ?? '' }, query: { limit: 100 } }),
    enabled: application !== null,
  });
  return (
    <>
      <div className="release-choose">
        <Select
          label="Application"
          searchable
          data={(applications.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
          value={application}
          onChange={setApplication}
        />
        <Select
          label="Version"
          searchable
          disabled={application === null}
          nothingFoundMessage="It has no version yet"
          data={(versions.data?.items ?? []).map((each) => each.number)}
          value={chosen.find((each) => each.application === application)?.number ?? null}
          onChange={(number) => {
            if (application !== null && number !== null) onChange(withVersion(chosen, { application, number }));
          }}
        />
      </div>
      <VersionList
        versions={chosen}
        onRemove={(each) => onChange(chosen.filter((other) => other.application !== each.application))}
      />
    </>
  );
}

function VersionList(props: {
  readonly versions: readonly NamedVersion[];
  readonly onRemove?: (version: NamedVersion) => void;
}) {
  const { onRemove } = props;
  if (props.versions.length === 0) return null;
  return (
    <ul className="release-content" aria-label="What the release names">
      {props.versions.map((each) => (
        <li key={each.application}>
          {each.application} <span className="version">{each.number}</span>
          {onRemove === undefined ? null : (
            <>
              {' '}
              <button
                type="button"
                className="link-button"
                aria-label={`Leave ${each.application} out`}
                onClick={() => onRemove(each)}
              >
                leave out
              </button>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Running(props: { readonly content: ReturnType<typeof releaseOf> }) {
  const { versions, nameless } = props.content;
  if (versions.length === 0 && nameless.length === 0)
    return <p className="soft">Nothing runs there: there is nothing to name.</p>;
  return (
    <>
      {nameless.length === 0 ? null : (
        <div className="note warning stack-small">
          <span>What has no version has no name under which it could be released. Tag it first:</span>
          {nameless.map((each) => (
            <span key={each.application}>
              <Link
                to="/applications/$application"
                params={{ application: each.application }}
                search={{ tab: 'versions' }}
              >
                {each.application}
              </Link>{' '}
              <span className="soft mono">{each.label}</span>
            </span>
          ))}
        </div>
      )}
      <VersionList versions={versions} />
    </>
  );
}
