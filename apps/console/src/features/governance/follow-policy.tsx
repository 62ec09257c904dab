import type { PolicyScope } from '@almanac/domain';
import type { FollowedPolicy, PolicyVersion } from '@almanac/protocol';
import { Button, Modal, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { scopeOptions } from './scope.view-model.ts';

/** Where a policy is read from, what is wrong there, and the way back to setting it by hand. */
export function FollowedNote(props: {
  readonly followed: FollowedPolicy;
  readonly version: PolicyVersion | undefined;
  readonly mayManage: boolean;
}) {
  const { followed, version } = props;
  const { fault } = followed;
  const queryClient = useQueryClient();
  const unfollow = useMutation({
    mutationFn: () => api.unfollowPolicy({ params: { following: followed.id } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['governance'] }),
  });
  return (
    <section className={`note stack-small ${fault === null ? 'waiting' : 'failed'}`} aria-label="From git">
      <strong>From git, read-only here</strong>
      <div className="break">
        <code>{followed.path}</code> in {followed.repository}, branch {followed.branch}
        {version?.origin == null ? null : (
          <>
            , commit <code>{version.origin.commit.slice(0, 8)}</code>
          </>
        )}
        .{' '}
        {followed.lookedAt === null ? (
          'Not looked at yet.'
        ) : (
          <>
            Looked at <RelativeTime at={followed.lookedAt} />
            {followed.commit === null ? null : (
              <>
                {' '}
                (<code>{followed.commit.slice(0, 8)}</code>)
              </>
            )}
            .
          </>
        )}
      </div>
      {fault === null ? null : (
        <>
          <div>
            What is there now is not taken over: {fault.detail}.{' '}
            {version === undefined ? 'No policy holds here.' : `Version ${version.version} stays in force.`}
          </div>
          {fault.faults.map((each) => (
            <code key={each.line + each.path + each.detail} className="break">
              {each.line}:{each.column} {each.path === '' ? '' : `${each.path}: `}
              {each.detail}
            </code>
          ))}
        </>
      )}
      {props.mayManage ? (
        <div>
          <Button variant="default" size="compact-sm" loading={unfollow.isPending} onClick={() => unfollow.mutate()}>
            Set it by hand from now on
          </Button>
        </div>
      ) : null}
      {unfollow.isError ? <ErrorNote error={unfollow.error} /> : null}
      <CommandLine command={`almanac policy unfollow ${scopeOptions(followed.scope)}`} />
    </section>
  );
}

interface Wanted {
  readonly kind: 'repository' | 'application';
  readonly repository: string;
  readonly application: string | null;
  readonly branch: string;
  readonly path: string;
}

/** Asks for the file from which the policy is to be read. */
export function FollowPolicy(props: { readonly scope: PolicyScope }) {
  const { scope } = props;
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <Button variant="default" onClick={() => setAsking(true)}>
        Read it from git instead
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Read this policy from git">
        {asking ? <FollowForm scope={scope} onDone={() => setAsking(false)} /> : null}
      </Modal>
    </div>
  );
}

function FollowForm(props: { readonly scope: PolicyScope; readonly onDone: () => void }) {
  const { scope } = props;
  const [wanted, setWanted] = useState<Wanted>({
    kind: 'repository',
    repository: '',
    application: null,
    branch: '',
    path: 'policy.yaml',
  });
  const queryClient = useQueryClient();
  const applications = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  const follow = useMutation({
    mutationFn: () => api.followPolicy({ body: { scope, from: fromOf(wanted), path: wanted.path } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['governance'] });
      props.onDone();
    },
  });
  return (
    <Form onSubmit={() => follow.mutate()}>
      <p style={{ margin: 0 }}>
        Each valid change of the file becomes the next version, with its commit. A faulty one is shown here, and what
        holds stays in force. Nobody sets the policy by hand meanwhile.
      </p>
      <SegmentedControl
        aria-label="Whose repository"
        data={[
          { value: 'repository', label: 'A repository of its own' },
          { value: 'application', label: 'That of an application' },
        ]}
        value={wanted.kind}
        onChange={(kind) => setWanted({ ...wanted, kind: kind === 'application' ? 'application' : 'repository' })}
      />
      {wanted.kind === 'repository' ? (
        <TextInput
          label="Address"
          placeholder="https://…"
          required
          data-autofocus
          value={wanted.repository}
          onChange={(event) => setWanted({ ...wanted, repository: event.currentTarget.value })}
        />
      ) : (
        <Select
          label="Application"
          required
          searchable
          data={(applications.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
          value={wanted.application}
          onChange={(application) => setWanted({ ...wanted, application })}
        />
      )}
      <div className="field-row">
        <TextInput
          label="Branch"
          placeholder={wanted.kind === 'repository' ? 'main' : 'that of the application'}
          value={wanted.branch}
          onChange={(event) => setWanted({ ...wanted, branch: event.currentTarget.value })}
        />
        <TextInput
          label="File"
          required
          value={wanted.path}
          onChange={(event) => setWanted({ ...wanted, path: event.currentTarget.value })}
        />
      </div>
      {follow.isError ? <ErrorNote error={follow.error} /> : null}
      <CommandLine command={commandOf(scope, wanted)} />
      <div>
        <Button type="submit" loading={follow.isPending}>
          Read {wanted.path} from now on
        </Button>
      </div>
    </Form>
  );
}

function fromOf(wanted: Wanted) {
  const branch = wanted.branch.trim() === '' ? {} : { branch: wanted.branch.trim() };
  return wanted.kind === 'repository'
    ? ({ kind: 'repository', repository: wanted.repository.trim(), ...branch } as const)
    : ({ kind: 'application', application: wanted.application ?? '', ...branch } as const);
}

function commandOf(scope: PolicyScope, wanted: Wanted): string {
  const from =
    wanted.kind === 'repository'
      ? `--repository ${wanted.repository || '<address>'}`
      : `--application ${wanted.application ?? '<application>'}`;
  const branch = wanted.branch.trim() === '' ? '' : ` --branch ${wanted.branch.trim()}`;
  return `almanac policy follow ${scopeOptions(scope)} ${from}${branch} --file ${wanted.path || '<file>'}`;
}
