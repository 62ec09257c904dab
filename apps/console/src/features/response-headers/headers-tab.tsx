import type { Application } from '@almanac/protocol';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { HeadersPanel } from './headers-panel.tsx';

/** What the responses of an application carry, one environment at a time. */
export function HeadersTab(props: { readonly application: Application }) {
  const { name } = props.application;
  const { in: chosen } = useSearch({ from: '/signed-in/applications/$application' });
  const navigate = useNavigate({ from: '/applications/$application' });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  return (
    <Read query={environments} skeleton={<SkeletonRows rows={4} columns={3} />}>
      {({ items }) => {
        const shown = items.find((each) => each.name === chosen) ?? items[0];
        if (shown === undefined) return <p className="soft">There is no environment yet.</p>;
        return (
          <div className="stack">
            <Select
              label="In"
              style={{ maxWidth: 280 }}
              data={items.map((each) => ({ value: each.name, label: each.displayName }))}
              value={shown.name}
              onChange={(environment) =>
                void navigate({ search: { tab: 'headers', in: environment ?? shown.name }, replace: true })
              }
            />
            <HeadersPanel key={shown.name} environment={shown.name} application={name} />
          </div>
        );
      }}
    </Read>
  );
}
