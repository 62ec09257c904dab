import type { FactorHolder } from '@almanac/protocol';
import { Button, Menu } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { BreakGlassPanel } from './break-glass-panel.tsx';
import { SecondFactorPolicy } from './second-factor-policy.tsx';
import { SecurityTabs } from './security-tabs.tsx';

/** Who must have a second factor, who has which, and what there is for an emergency. */
export function SecondFactorsPage() {
  return (
    <Page title="Second factors" under="How people prove who they are beyond a password">
      <OfflineNote />
      <SecurityTabs active="/security/second-factors" />
      <div className="stack">
        <h2>Who must have one</h2>
        <SecondFactorPolicy />
        <h2>Who has which</h2>
        <Holders />
        <h2>Credentials for an emergency</h2>
        <BreakGlassPanel />
        <CommandLine command="almanac factor list" />
      </div>
    </Page>
  );
}

function Holders() {
  const holders = useQuery({
    queryKey: ['factor-holders'],
    queryFn: () => api.listFactorHolders({ query: { limit: 200 } }),
  });
  return (
    <Read query={holders} skeleton={<SkeletonRows rows={4} columns={5} />}>
      {({ items }) => (
        <Table headings={['Name', 'Authenticator app', 'Passkeys', 'Recovery codes', 'Must have one']} actions>
          {items.map((each) => (
            <Holder key={each.id} holder={each} />
          ))}
        </Table>
      )}
    </Read>
  );
}

const removals = [
  { kind: 'totp', label: 'Take the authenticator app away' },
  { kind: 'passkeys', label: 'Take all passkeys away' },
  { kind: 'recovery-codes', label: 'Take recovery codes away' },
  { kind: 'all', label: 'Take all of them away' },
] as const;

function Holder({ holder }: { readonly holder: FactorHolder }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: (kind: (typeof removals)[number]['kind']) =>
      api.removeFactors({ params: { principal: holder.id }, body: { kind } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['factor-holders'] }),
  });
  const none = !holder.totp && holder.passkeys === 0 && holder.recoveryCodes === 0;
  return (
    <tr>
      <td>
        {holder.displayName}
        {holder.displayName === holder.name ? null : <div className="soft mono">{holder.name}</div>}
        {remove.isError ? <ErrorNote error={remove.error} /> : null}
      </td>
      <td>{holder.totp ? 'yes' : '–'}</td>
      <td className="mono">{holder.passkeys === 0 ? '–' : holder.passkeys}</td>
      <td className="mono">{holder.recoveryCodes === 0 ? '–' : holder.recoveryCodes}</td>
      <td>{holder.required ? 'yes' : '–'}</td>
      <td>
        {none ? null : (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" loading={remove.isPending} aria-label={`Factors that ${holder.name} lost`}>
                Lost…
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{holder.name} is signed out everywhere by it</Menu.Label>
              {removals.map((each) => (
                <Menu.Item key={each.kind} onClick={() => remove.mutate(each.kind)}>
                  {each.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}
