import { capabilities } from '@almanac/domain';
import type { AccessExplanation } from '@almanac/protocol';
import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { capabilityWords } from './role-matrix.view-model.ts';
import { useApplications, useEnvironments, usePrincipals } from './use-names.ts';

/** Who may do what where, and which rule decides it. */
export function AccessPage() {
  const search = useSearch({ from: '/signed-in/people/access' });
  const navigate = useNavigate({ from: '/people/access' });
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.getMe(), staleTime: 60_000 });
  const [people, environments, applications] = [usePrincipals(), useEnvironments(), useApplications()];
  const person = search.person ?? me.data?.name ?? null;
  const environment = search.environment ?? environments[0]?.value ?? null;
  const { application = null, from = '' } = search;
  const choose = (key: 'person' | 'environment' | 'application' | 'from') => (value: string | null) =>
    void navigate({ search: (earlier) => ({ ...earlier, [key]: value ?? undefined }) });
  return (
    <Page title="Who may what" under="What somebody may do in an environment, and why">
      <OfflineNote />
      <PeopleTabs active="/people/access" />
      <div className="stack">
        <div className="people-fields">
          <Select label="Who" data={[...people]} value={person} searchable onChange={choose('person')} />
          <Select label="Environment" data={[...environments]} value={environment} onChange={choose('environment')} />
          <Select
            label="Application"
            placeholder="The environment as such"
            data={[...applications]}
            value={application}
            clearable
            searchable
            onChange={choose('application')}
          />
          <TextInput
            label="From"
            placeholder="Every network that is allowed"
            defaultValue={from}
            onBlur={(event) => choose('from')(event.currentTarget.value.trim() || null)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') choose('from')(event.currentTarget.value.trim() || null);
            }}
          />
        </div>
        {person === null || environment === null ? (
          <p className="soft">There is no environment yet.</p>
        ) : (
          <Explained person={person} environment={environment} application={application} from={from} />
        )}
      </div>
    </Page>
  );
}

function Explained(props: {
  readonly person: string;
  readonly environment: string;
  readonly application: string | null;
  /** An address; empty for wherever every allow list has it. */
  readonly from: string;
}) {
  const { person, environment, application, from } = props;
  const explanation = useQuery({
    queryKey: ['access', person, environment, application, from],
    queryFn: () =>
      api.explainAccess({
        params: { principal: person },
        query: {
          environment,
          ...(application === null ? {} : { application }),
          ...(from === '' ? {} : { address: from }),
        },
      }),
  });
  return (
    <>
      <Read query={explanation} skeleton={<SkeletonRows rows={9} columns={3} />}>
        {(found) => <Decision explanation={found} />}
      </Read>
      <CommandLine
        command={`almanac access explain ${person} --environment ${environment}${application === null ? '' : ` --application ${application}`}${from === '' ? '' : ` --from ${from}`}`}
      />
    </>
  );
}

const parts = {
  environment: 'which says something of this environment by name',
  type: 'which says something of environments of this type',
  elsewhere: 'which says nothing of this environment by name or type',
} as const;

function Decision({ explanation }: { readonly explanation: AccessExplanation }) {
  const { decision, otherwise, rights } = explanation;
  return (
    <>
      <div className="note stack-small">
        <strong>{decision.why}</strong>
        {decision.part === null ? null : (
          <span>
            {decision.role?.displayName} is the role, {parts[decision.part]}.
          </span>
        )}
      </div>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>Capability</th>
              <th>May</th>
              {otherwise.map((each) => (
                <th key={each.kind}>
                  {each.kind === 'team' ? `By the team ${each.team?.name}` : 'By the default role'}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {capabilities.map((capability) => (
              <tr key={capability}>
                <td>
                  {capability} <span className="soft">{capabilityWords[capability]}</span>
                </td>
                <td>
                  <Mark held={decision.capabilities.includes(capability)} />
                </td>
                {otherwise.map((each) => (
                  <td key={each.kind} className="soft">
                    {each.capabilities.includes(capability) ? 'would' : 'would not'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="soft" style={{ margin: 0 }}>
        Rights of the installation: {rights.map((each) => each.replaceAll('-', ' ')).join(', ') || 'none'}
      </p>
    </>
  );
}

function Mark({ held }: { readonly held: boolean }) {
  return <StateMark health={held ? 'healthy' : 'offline'} word={held ? 'may' : 'may not'} showWord />;
}
