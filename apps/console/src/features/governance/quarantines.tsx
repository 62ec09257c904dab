import type { Quarantine } from '@almanac/protocol';
import { Button, Modal, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { AskReason } from '../../ui/ask-reason.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useMay } from '../access/use-may.ts';
import { QuarantineBuild } from './quarantine-build.tsx';

/** Builds that nobody and nothing deploys, with the ways to put one there and to let it out. */
export function Quarantines() {
  const [adding, setAdding] = useState(false);
  const mayPut = useMay('capability:deploy');
  const mayLift = useMay('capability:administer');
  const quarantines = useQuery({
    queryKey: ['governance', 'quarantines'],
    queryFn: () => api.listQuarantines({ query: { limit: 50 } }),
  });
  return (
    <section className="stack-small" aria-label="Quarantine">
      <div className="row spread">
        <h2>Quarantine</h2>
        {mayPut ? (
          <Button variant="default" size="compact-sm" onClick={() => setAdding(true)}>
            Put a version into quarantine…
          </Button>
        ) : null}
      </div>
      <Read query={quarantines} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">Nothing is in quarantine.</p>
          ) : (
            items.map((each) => <OneQuarantine key={each.id} quarantine={each} mayLift={mayLift} />)
          )
        }
      </Read>
      <CommandLine command="almanac quarantine add <application>@<version> --reason <text>" />
      {adding ? <ChooseVersion onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function OneQuarantine(props: { readonly quarantine: Quarantine; readonly mayLift: boolean }) {
  const { application, build, reason, createdBy, createdAt, id } = props.quarantine;
  const [lifting, setLifting] = useState(false);
  const queryClient = useQueryClient();
  const name = `${application.name} ${build.label}`;
  return (
    <div className="note failed freeze">
      <div>
        <strong>{name}</strong>
        <div>{reason}</div>
        <div className="soft">
          by {createdBy}, <RelativeTime at={createdAt} />
        </div>
      </div>
      {props.mayLift ? (
        <Button variant="default" size="compact-sm" onClick={() => setLifting(true)}>
          Let {name} out
        </Button>
      ) : null}
      {lifting ? (
        <AskReason
          title={`Let ${name} out of quarantine`}
          action={`Let ${name} out`}
          command={(why) => `almanac quarantine lift ${application.name}@${build.label} --reason ${why}`}
          run={async (why) => {
            await api.liftQuarantine({ params: { quarantine: id }, body: { reason: why } });
            await queryClient.invalidateQueries({ queryKey: ['governance'] });
          }}
          onClose={() => setLifting(false)}
        >
          People and automation may deploy it again, wherever the other gates let it through.
        </AskReason>
      ) : null}
    </div>
  );
}

/** Asks which version is meant, before it asks why. */
function ChooseVersion(props: { readonly onClose: () => void }) {
  const [application, setApplication] = useState<string | null>(null);
  const [version, setVersion] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const applications = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  const versions = useQuery({
    queryKey: ['versions', application],
    queryFn: () => api.listVersions({ params: { application: application ?? '' }, query: { limit: 100 } }),
    enabled: application !== null,
  });
  if (sure && application !== null && version !== null)
    return <QuarantineBuild application={application} build={version} label={version} onClose={props.onClose} />;
  return (
    <Modal opened onClose={props.onClose} title="Put a version into quarantine">
      <Form onSubmit={() => setSure(true)}>
        <Select
          label="Application"
          required
          searchable
          data-autofocus
          data={(applications.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
          value={application}
          onChange={(value) => {
            setApplication(value);
            setVersion(null);
          }}
        />
        <Select
          label="Version"
          description="A build without a version is put there from its own page."
          required
          searchable
          disabled={application === null}
          data={(versions.data?.items ?? []).map((each) => each.number)}
          value={version}
          onChange={setVersion}
        />
        <div>
          <Button type="submit" disabled={application === null || version === null}>
            Say why
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
