import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { releaseOf } from './release.view-model.ts';

/** Names what an environment runs at this moment; what has no version is told before. */
export function CreateRelease() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [notes, setNotes] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const state = useQuery({
    queryKey: ['board', 'state', from],
    queryFn: () => api.getEnvironmentState({ params: { environment: from ?? '' }, query: { facts: 'versions' } }),
    enabled: from !== null,
  });
  const content = state.data === undefined ? undefined : releaseOf(state.data);
  const create = useMutation({
    mutationFn: () => api.createRelease({ body: { name, notes, content: { from: from ?? '' } } }),
    onSuccess: (release) => {
      void queryClient.invalidateQueries({ queryKey: ['releases'] });
      void navigate({ to: '/releases/$release', params: { release: release.name } });
    },
  });
  const impossible = content === undefined || content.nameless.length > 0 || content.versions.length === 0;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
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
      <Select
        label="What this environment runs"
        required
        data={(environments.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
        value={from}
        onChange={setFrom}
      />
      {from === null ? null : (
        <Read query={state} skeleton={<SkeletonRows rows={3} columns={2} />}>
          {(found) => <Content content={releaseOf(found)} />}
        </Read>
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
      <CommandLine command={`almanac release create ${name || '<name>'} --from ${from ?? '<environment>'}`} />
      <div>
        <Button type="submit" loading={create.isPending} disabled={name === '' || impossible}>
          Make release {name}
        </Button>
      </div>
    </form>
  );
}

function Content(props: { readonly content: ReturnType<typeof releaseOf> }) {
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
      <ul className="release-content" aria-label="What the release names">
        {versions.map((each) => (
          <li key={each.application}>
            {each.application} <span className="version">{each.number}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
