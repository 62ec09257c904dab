import type { ResponseHeaders, SaidHeaders } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useMay } from '../access/use-may.ts';
import { EditHeaders } from './edit-headers.tsx';
import { type HeaderForm, headerForm, levelCommand, withProposal } from './header-form.view-model.ts';
import { HeaderTable, Warnings } from './header-table.tsx';
import { Violations } from './violations.tsx';

interface Level {
  readonly environment: string;
  readonly application: string | null;
}

/** What the responses of an environment's applications carry, or those of one of them: seen, changed and taken back. */
export function HeadersPanel(props: Level) {
  const { environment, application } = props;
  const headers = useQuery({
    queryKey: ['response-headers', environment, application],
    queryFn: () => readHeaders(props),
  });
  return (
    <Read query={headers} skeleton={<SkeletonRows rows={4} columns={3} />}>
      {(found) => <Found found={found} level={props} />}
    </Read>
  );
}

function readHeaders({ environment, application }: Level): Promise<ResponseHeaders> {
  return application === null
    ? api.getEnvironmentHeaders({ params: { environment } })
    : api.getApplicationHeaders({ params: { environment, application } });
}

function Found(props: { readonly found: ResponseHeaders; readonly level: Level }) {
  const { found, level } = props;
  const [editing, setEditing] = useState<HeaderForm | null>(null);
  const mayChange = useMay(level.application === null ? 'capability:administer' : 'capability:deploy');
  const mayMonitor = useMay('capability:monitor');
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (policy: SaidHeaders) => {
      const { environment, application } = level;
      const common = { body: policy, revision: found.revision };
      return application === null
        ? api.setEnvironmentHeaders({ params: { environment }, ...common })
        : api.setApplicationHeaders({ params: { environment, application }, ...common });
    },
    onSuccess: () => setEditing(null),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['response-headers'] }),
  });
  if (editing !== null)
    return (
      <EditHeaders
        found={found}
        level={level}
        form={editing}
        onChange={(form) => {
          save.reset();
          setEditing(form);
        }}
        onSave={(policy) => save.mutate(policy)}
        onClose={() => {
          save.reset();
          setEditing(null);
        }}
        saving={save.isPending}
        error={save.error}
      />
    );
  const edit = () => setEditing(headerForm(found.policy));
  return (
    <div className="stack">
      {found.headers.length === 0 ? (
        <Nothing level={level} onEdit={mayChange ? edit : undefined} />
      ) : (
        <>
          <HeaderTable headers={found.headers} level={level} />
          <Warnings warnings={found.warnings} />
        </>
      )}
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {mayChange && found.headers.length > 0 ? (
          <Button onClick={edit}>Change what {level.application ?? level.environment} says</Button>
        ) : null}
        {mayChange && found.previous !== null ? (
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate(found.previous ?? {})}>
            Take the last change back
          </Button>
        ) : null}
        {found.changedAt === null ? null : (
          <span className="soft">
            {found.changedBy}, <RelativeTime at={found.changedAt} />
          </span>
        )}
      </div>
      <CommandLine command={levelCommand('show', level)} />
      {level.application === null || !mayMonitor ? null : (
        <Violations
          environment={level.environment}
          application={level.application}
          onPropose={mayChange ? (proposal) => setEditing(withProposal(headerForm(found.policy), proposal)) : undefined}
        />
      )}
    </div>
  );
}

function Nothing(props: { readonly level: Level; readonly onEdit: (() => void) | undefined }) {
  const { level, onEdit } = props;
  const whose = level.application ?? `every application in ${level.environment}`;
  return (
    <Empty
      title={`Responses of ${whose} carry what ${level.application === null ? 'each' : 'it'} sends, and nothing else`}
    >
      <p className="soft" style={{ margin: 0 }}>
        A Content-Security-Policy and the like can be set here: sites follow within seconds, and nothing is restarted.
      </p>
      {onEdit === undefined ? null : <Button onClick={onEdit}>Say what they carry</Button>}
    </Empty>
  );
}
