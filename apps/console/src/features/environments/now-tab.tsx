import type { Environment, Hold } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';

/** What the environment should run now, its policy, and the commits that it does not deploy by itself. */
export function NowTab(props: { readonly environment: Environment }) {
  const { name } = props.environment;
  const state = useQuery({
    queryKey: ['history', 'state', name],
    queryFn: () => api.getEnvironmentState({ params: { environment: name }, query: { facts: 'versions' } }),
  });
  return (
    <div className="stack">
      <Read query={state} skeleton={<SkeletonRows rows={4} columns={3} />}>
        {(found) => (
          <>
            {found.applications.length === 0 ? (
              <Empty title="Nothing runs here yet" />
            ) : (
              <Table headings={['Application', 'Version', 'Instances']}>
                {found.applications.map((each) => (
                  <tr key={each.application.id}>
                    <td>
                      <Link to="/applications/$application" params={{ application: each.application.name }} search={{}}>
                        {each.application.name}
                      </Link>
                    </td>
                    <td>{each.build === null ? 'a build that is gone' : <VersionChip label={each.build.label} />}</td>
                    <td>
                      {each.facts
                        .filter((fact) => fact.aspect === 'scale')
                        .map((fact) => `${fact.key} ${fact.fact.text}`)
                        .join(', ')}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            <dl className="facts">
              {found.policy.map((each) => (
                <div key={each.key} style={{ display: 'contents' }}>
                  <dt>{each.key}</dt>
                  <dd>{each.fact.text}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </Read>
      <Holds environment={name} />
    </div>
  );
}

function Holds(props: { readonly environment: string }) {
  const { environment } = props;
  const queryClient = useQueryClient();
  const holds = useQuery({
    queryKey: ['environments', environment, 'holds'],
    queryFn: () => api.listHolds({ params: { environment }, query: { limit: 100 } }),
  });
  const lift = useMutation({
    mutationFn: (hold: Hold) => api.liftHold({ params: { environment, hold: hold.id } }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['environments'] }),
  });
  if (holds.data === undefined || holds.data.items.length === 0) return null;
  return (
    <section className="stack-small">
      <h2>Held commits</h2>
      {holds.data.items.map((hold) => (
        <div key={hold.id} className="note waiting spread">
          <span>
            <strong>{hold.application.name}</strong> {hold.build.label} is not deployed here by itself: {hold.reason},{' '}
            <RelativeTime at={hold.at} />
          </span>
          <Button variant="default" size="compact-sm" loading={lift.isPending} onClick={() => lift.mutate(hold)}>
            Deploy {hold.build.label} by itself again
          </Button>
        </div>
      ))}
      {lift.isError ? <ErrorNote error={lift.error} /> : null}
      <CommandLine command={`almanac env lift-holds ${environment} ${holds.data.items[0]?.application.name ?? ''}`} />
    </section>
  );
}
