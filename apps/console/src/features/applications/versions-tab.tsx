import type { Application, BuildDetail, Version } from '@almanac/protocol';
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { useMay } from '../access/use-may.ts';
import { QuarantineBuild } from '../governance/quarantine-build.tsx';

export function VersionsTab(props: { readonly application: Application }) {
  const { name } = props.application;
  const [tagging, setTagging] = useState(false);
  const versions = useQuery({
    queryKey: ['versions', name],
    queryFn: () => api.listVersions({ params: { application: name }, query: { limit: 100 } }),
  });
  return (
    <div className="stack">
      <div>
        <Button onClick={() => setTagging(true)}>Tag a version</Button>
      </div>
      <Read query={versions} skeleton={<SkeletonRows rows={3} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No version yet">
              <p style={{ margin: 0 }}>
                A version is a name that you give to a build, so that people know what they speak of.
              </p>
            </Empty>
          ) : (
            <Table headings={['Version', 'Commit', 'Changes', 'By', 'When', 'Quarantine']}>
              {items.map((each) => (
                <tr key={each.id}>
                  <td className="version">
                    {each.number}
                    {each.hotfix === null ? null : <span className="soft"> hotfix {each.hotfix}</span>}
                  </td>
                  <td className="mono">{each.build.commit.slice(0, 8)}</td>
                  <td>
                    {each.notes === '' ? null : <div>{each.notes}</div>}
                    {each.changes.slice(0, 5).map((change) => (
                      <div key={change.hash}>{change.subject}</div>
                    ))}
                    {each.changes.length > 5 ? <span className="soft">and {each.changes.length - 5} more</span> : null}
                  </td>
                  <td>{each.createdBy}</td>
                  <td>
                    <RelativeTime at={each.createdAt} />
                  </td>
                  <td>
                    <QuarantineOf application={name} version={each} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
      <Modal opened={tagging} onClose={() => setTagging(false)} title={`Tag a version of ${name}`}>
        {tagging ? <TagForm name={name} onDone={() => setTagging(false)} /> : null}
      </Modal>
    </div>
  );
}

/** Whether a version is in quarantine and why, or the way to put it there. */
function QuarantineOf(props: { readonly application: string; readonly version: Version }) {
  const { application, version } = props;
  const [asking, setAsking] = useState(false);
  const mayPut = useMay('capability:deploy');
  const quarantines = useQuery({
    queryKey: ['governance', 'quarantines', application],
    queryFn: () => api.listQuarantines({ query: { application, limit: 200 } }),
  });
  const held = quarantines.data?.items.find((each) => each.build.id === version.build.id);
  if (held !== undefined)
    return (
      <span className="soft">
        since <RelativeTime at={held.createdAt} />: {held.reason}
      </span>
    );
  if (!mayPut || quarantines.data === undefined) return null;
  return (
    <>
      <Button variant="subtle" size="compact-xs" onClick={() => setAsking(true)}>
        Put {version.number} there…
      </Button>
      {asking ? (
        <QuarantineBuild
          application={application}
          build={version.number}
          label={version.number}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

function TagForm(props: { readonly name: string; readonly onDone: () => void }) {
  const builds = useQuery({
    queryKey: ['builds', props.name],
    queryFn: () => api.listBuilds({ params: { application: props.name }, query: { limit: 50 } }),
  });
  const candidate = builds.data?.items.find((each) => each.state === 'succeeded' && each.version === null);
  if (builds.data === undefined) return <p className="soft">Looking for the newest build…</p>;
  if (candidate === undefined)
    return <p>Every build that succeeded has a version already. Build a new commit first.</p>;
  return <TagBuild {...props} build={candidate.id} number={candidate.number} />;
}

function TagBuild(props: {
  readonly name: string;
  readonly build: BuildDetail['id'];
  readonly number: number;
  readonly onDone: () => void;
}) {
  const { name, build } = props;
  const queryClient = useQueryClient();
  const [number, setNumber] = useState<string>();
  const [notes, setNotes] = useState('');
  const suggestion = useQuery({
    queryKey: ['suggestion', name, build],
    queryFn: () => api.suggestVersion({ params: { application: name }, query: { build } }),
  });
  const chosen = number ?? suggestion.data?.number ?? '';
  const tag = useMutation({
    mutationFn: () => api.createVersion({ params: { application: name }, body: { build, number: chosen, notes } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['versions', name] });
      props.onDone();
    },
  });
  return (
    <Form onSubmit={() => tag.mutate()}>
      <TextInput
        label="Number"
        description={
          suggestion.data === undefined
            ? 'Working out the next number…'
            : `Suggested because ${suggestion.data.because}`
        }
        required
        value={chosen}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <Textarea
        label="Notes"
        autosize
        minRows={2}
        value={notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
      />
      <div>
        <strong>Build {props.number} brings</strong>
        {(suggestion.data?.changes ?? []).slice(0, 12).map((each) => (
          <div key={each.hash}>
            <span className="mono soft">{each.hash.slice(0, 8)}</span> {each.subject}
          </div>
        ))}
      </div>
      {suggestion.isError ? <ErrorNote error={suggestion.error} /> : null}
      {tag.isError ? <ErrorNote error={tag.error} /> : null}
      <CommandLine command={`almanac version tag ${name} --build ${props.number} --number ${chosen}`} />
      <div>
        <Button type="submit" loading={tag.isPending} disabled={chosen === ''}>
          Tag {chosen}
        </Button>
      </div>
    </Form>
  );
}
