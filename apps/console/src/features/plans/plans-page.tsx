import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';

export function PlansPage() {
  const { environment } = useSearch({ from: '/signed-in/plans' });
  const filter = environment === undefined ? {} : { environment };
  const plans = useQuery({
    queryKey: ['plans', filter],
    queryFn: () => api.listPlans({ query: { limit: 50, ...filter } }),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Plans"
      under={
        environment === undefined ? 'Everything that changed or will change an environment' : `Only ${environment}`
      }
      actions={
        <Button
          renderRoot={(root) => (
            <Link to="/plans/compose" search={environment === undefined ? {} : { to: environment }} {...root} />
          )}
        >
          Compose a plan
        </Button>
      }
    >
      <OfflineNote />
      <Read query={plans} skeleton={<SkeletonRows rows={6} columns={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No plan yet">
              <Link to="/plans/compose" search={{}}>
                Compose the first one
              </Link>
            </Empty>
          ) : (
            <Table headings={['Plan', 'State', 'Environment', 'Changes', 'Why', 'By', 'When']}>
              {items.map((plan) => (
                <tr key={plan.id}>
                  <td>
                    <Link to="/plans/$plan" params={{ plan: String(plan.number) }}>
                      {plan.number}
                    </Link>
                  </td>
                  <td>
                    <StateOf state={plan.state} />
                  </td>
                  <td>{plan.environment.name}</td>
                  <td>
                    {plan.operations
                      .map((each) => `${each.application.name} ${each.after?.label ?? each.kind}`)
                      .join(', ')}
                  </td>
                  <td>{plan.release === null ? plan.origin : `release ${plan.release.name}`}</td>
                  <td>{plan.requestedBy}</td>
                  <td>
                    <RelativeTime at={plan.createdAt} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
    </Page>
  );
}
