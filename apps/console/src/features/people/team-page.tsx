import type { TeamDetail } from '@almanac/protocol';
import { Button, Select } from '@mantine/core';
import { type UseMutationResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { useMay } from '../access/use-may.ts';
import { PeopleTabs } from './people-tabs.tsx';
import { useApplications, usePrincipals, useRoles } from './use-names.ts';

/** The members of a team, and what it owns. */
export function TeamPage() {
  const { team: name } = useParams({ from: '/signed-in/people/teams/$team' });
  const team = useQuery({ queryKey: ['team', name], queryFn: () => api.getTeam({ params: { team: name } }) });
  return (
    <Page title={team.data?.displayName ?? name} under="What its members may do with its applications">
      <OfflineNote />
      <PeopleTabs active="/people/teams" />
      <Read query={team} skeleton={<SkeletonRows rows={3} columns={3} />}>
        {(found) => (
          <div className="stack">
            <h2>Members</h2>
            <Members team={found} />
            <h2>Applications</h2>
            <Applications team={found} />
          </div>
        )}
      </Read>
    </Page>
  );
}

function useTeamChange<Given>(
  team: TeamDetail,
  change: (given: Given) => Promise<unknown>,
): UseMutationResult<unknown, Error, Given> {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['team', team.name] });
      void queryClient.invalidateQueries({ queryKey: ['teams'] });
      void queryClient.invalidateQueries({ queryKey: ['principals'] });
    },
  });
}

function Members({ team }: { readonly team: TeamDetail }) {
  const set = useTeamChange(team, (given: { readonly principal: string; readonly role: string }) =>
    api.setMember({ params: { team: team.name, principal: given.principal }, body: { role: given.role } }),
  );
  const remove = useTeamChange(team, (principal: string) =>
    api.removeMember({ params: { team: team.name, principal } }),
  );
  const error = set.error ?? remove.error;
  return (
    <>
      {team.members.length === 0 ? (
        <p className="soft">Nobody is in it yet.</p>
      ) : (
        <Table headings={['Who', 'Role here']} actions>
          {team.members.map((member) => (
            <MemberRow
              key={member.principal.id}
              member={member}
              manageable={team.manageable}
              busy={set.isPending || remove.isPending}
              onChange={(role) => set.mutate({ principal: member.principal.name, role })}
              onRemove={() => remove.mutate(member.principal.name)}
            />
          ))}
        </Table>
      )}
      {error === null ? null : <ErrorNote error={error} />}
      {team.manageable ? <AddMember team={team} onAdd={(given) => set.mutate(given)} /> : null}
    </>
  );
}

function MemberRow(props: {
  readonly member: TeamDetail['members'][number];
  readonly manageable: boolean;
  readonly busy: boolean;
  readonly onChange: (role: string) => void;
  readonly onRemove: () => void;
}) {
  const { principal, role } = props.member;
  const roles = useRoles();
  return (
    <tr>
      <td>
        {principal.displayName}
        {principal.active ? null : <span className="soft"> (deactivated)</span>}
      </td>
      <td>
        {props.manageable ? (
          <Select
            aria-label={`Role of ${principal.name} in this team`}
            data={[...roles]}
            value={role.name}
            disabled={props.busy}
            onChange={(value) => (value === null || value === role.name ? undefined : props.onChange(value))}
          />
        ) : (
          role.name
        )}
      </td>
      <td>
        {props.manageable ? (
          <Button
            variant="default"
            aria-label={`Take ${principal.name} out of the team`}
            disabled={props.busy}
            onClick={props.onRemove}
          >
            Take out
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function AddMember(props: {
  readonly team: TeamDetail;
  readonly onAdd: (given: { readonly principal: string; readonly role: string }) => void;
}) {
  const { team } = props;
  const people = usePrincipals().filter((each) => !team.members.some(({ principal }) => principal.name === each.value));
  const roles = useRoles();
  const [principal, setPrincipal] = useState<string | null>(null);
  const [role, setRole] = useState<string | null>('developer');
  const ready = principal !== null && role !== null;
  return (
    <Form
      className="stack-small"
      aria-label="Take somebody into the team"
      onSubmit={() => {
        if (!ready) return;
        props.onAdd({ principal, role });
        setPrincipal(null);
      }}
    >
      <div className="people-fields">
        <Select label="Who" data={[...people]} value={principal} searchable onChange={setPrincipal} />
        <Select label="Role here" data={[...roles]} value={role} onChange={setRole} />
        <Button type="submit" disabled={!ready}>
          Take into the team
        </Button>
      </div>
      <CommandLine command={`almanac team add ${team.name} ${principal ?? '<person>'} --role ${role ?? '<role>'}`} />
    </Form>
  );
}

function Applications({ team }: { readonly team: TeamDetail }) {
  const may = useMay('right:manage-teams');
  const all = useApplications().filter((each) => !team.applications.some(({ name }) => name === each.value));
  const [chosen, setChosen] = useState<string | null>(null);
  const own = useTeamChange(team, (given: { readonly application: string; readonly team: string | null }) =>
    api.setOwner({ params: { application: given.application }, body: { team: given.team } }),
  );
  return (
    <>
      {team.applications.length === 0 ? <p className="soft">It owns nothing yet.</p> : null}
      <ul className="people-list">
        {team.applications.map((each) => (
          <li key={each.id} className="row">
            <Link to="/applications/$application" params={{ application: each.name }} search={{}}>
              {each.name}
            </Link>
            {may ? (
              <Button
                variant="subtle"
                size="compact-xs"
                aria-label={`Take ${each.name} from the team`}
                onClick={() => own.mutate({ application: each.name, team: null })}
              >
                Take away
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {own.isError ? <ErrorNote error={own.error} /> : null}
      {may ? (
        <Form
          className="stack-small"
          aria-label="Give an application to the team"
          onSubmit={() => {
            if (chosen !== null) own.mutate({ application: chosen, team: team.name });
            setChosen(null);
          }}
        >
          <div className="people-fields">
            <Select label="Application" data={[...all]} value={chosen} searchable onChange={setChosen} />
            <Button type="submit" disabled={chosen === null}>
              Give to the team
            </Button>
          </div>
          <CommandLine command={`almanac team own ${team.name} ${chosen ?? '<application>'}`} />
        </Form>
      ) : null}
    </>
  );
}
