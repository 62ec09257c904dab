import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { SecurityTabs } from '../security/security-tabs.tsx';
import { EditProvider } from './edit-provider.tsx';
import { kindWords, movedUp, originOf, stateOf } from './provider.view-model.ts';

/** The providers by which people sign in, in the order of the sign-in page. */
export function ProvidersPage() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const providers = useQuery({
    queryKey: ['identity-providers'],
    queryFn: () => api.listIdentityProviders({ query: { limit: 100 } }),
  });
  const order = useMutation({
    mutationFn: (names: readonly string[]) => api.orderIdentityProviders({ body: { providers: [...names] } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['identity-providers'] }),
  });
  return (
    <Page
      title="Sign-in"
      under="Identity providers by which people sign in. A password of Almanac works beside them, always."
      actions={<Button onClick={() => setAdding(true)}>Add a provider</Button>}
    >
      <OfflineNote />
      <SecurityTabs active="/security/sign-in" />
      <div className="stack">
        {order.isError ? <ErrorNote error={order.error} /> : null}
        <Read query={providers} skeleton={<SkeletonRows rows={2} columns={6} />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="People sign in with passwords">
                <p>
                  Add the provider that your people sign in with elsewhere. Nobody can sign in with it before you have
                  tried it yourself.
                </p>
              </Empty>
            ) : (
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th>Name</th>
                      <th>State</th>
                      <th>Kind</th>
                      <th>Issuer or server</th>
                      <th className="number">Accounts</th>
                      <th aria-label="What you can do" />
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((each) => (
                      <tr key={each.id}>
                        <td>
                          <Link to="/security/sign-in/$provider" params={{ provider: each.name }}>
                            {each.displayName}
                          </Link>
                        </td>
                        <td>
                          <StateMark {...stateOf(each)} showWord />
                        </td>
                        <td>{kindWords[each.kind]}</td>
                        <td className="mono break">{originOf(each.active ?? each.draft).text}</td>
                        <td className="number">{each.identities}</td>
                        <td>
                          {each.position === items[0]?.position ? null : (
                            <Button
                              variant="subtle"
                              size="compact-sm"
                              loading={order.isPending}
                              onClick={() =>
                                order.mutate(
                                  movedUp(
                                    items.map((other) => other.name),
                                    each.name,
                                  ),
                                )
                              }
                            >
                              Move {each.displayName} up
                            </Button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Read>
        <CommandLine command="almanac provider list" />
      </div>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a provider" size="lg">
        {adding ? (
          <EditProvider
            onDone={(provider) => void navigate({ to: '/security/sign-in/$provider', params: { provider } })}
          />
        ) : null}
      </Modal>
    </Page>
  );
}
