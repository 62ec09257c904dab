import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { useMay } from '../access/use-may.ts';
import { AddApplication } from './add-application.tsx';
import { countInWords } from './board.view-model.ts';
import { BoardGrid } from './board-grid.tsx';
import { CellDrawer } from './cell-drawer.tsx';
import { EmptyEstate } from './empty-estate.tsx';

/** The estate: every application in every environment. Filter and open cell are in the address. */
export function BoardPage() {
  const { search = '', by, cell, add } = useSearch({ from: '/signed-in/' });
  const navigate = useNavigate();
  const wanted = useDeferredValue(search);
  const board = useInfiniteQuery({
    queryKey: ['board', wanted, by],
    queryFn: ({ pageParam, signal }) =>
      api.getBoard({
        query: {
          ...(wanted === '' ? {} : { search: wanted }),
          ...(by === undefined ? {} : { order: by }),
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: (old) => old,
    refetchInterval: 15_000,
  });
  const change = (next: Partial<{ search: string; cell: string; add: boolean }>) =>
    void navigate({ to: '/', search: (old) => ({ ...old, ...next }), replace: next.search !== undefined });
  const order = (wantedOrder: string) =>
    void navigate({
      to: '/',
      search: ({ by: _, ...rest }) => (wantedOrder === 'team' ? { ...rest, by: 'team' as const } : rest),
    });
  const mayAdd = useMay('right:create-applications');
  const environments = board.data?.pages[0]?.environments ?? [];
  const rows = board.data?.pages.flatMap((page) => page.rows) ?? [];
  const [application, environmentName] = (cell ?? '').split('@');
  const row = rows.find((each) => each.application.name === application);
  const environment = environments.find((each) => each.name === environmentName);
  const nothing = board.data !== undefined && rows.length === 0 && wanted === '';

  return (
    <Page
      title="Estate"
      under={
        board.data === undefined
          ? undefined
          : `${countInWords(rows.length, 'application', board.hasNextPage)} in ${countInWords(environments.length, 'environment')}`
      }
      actions={
        nothing ? undefined : (
          <>
            {by === undefined && rows.every((each) => each.team === null) ? null : (
              <SegmentedControl
                aria-label="Order of applications"
                size="xs"
                data={[
                  { value: 'name', label: 'By name' },
                  { value: 'team', label: 'By team' },
                ]}
                value={by ?? 'name'}
                onChange={order}
              />
            )}
            <TextInput
              aria-label="Filter applications"
              placeholder="Filter applications"
              size="xs"
              value={search}
              onChange={(event) => change({ search: event.currentTarget.value })}
            />
            {mayAdd ? <Button onClick={() => change({ add: true })}>Add application</Button> : null}
          </>
        )
      }
    >
      <OfflineNote />
      {board.data === undefined ? (
        board.isError ? (
          <ErrorNote error={board.error} retry={() => void board.refetch()} />
        ) : (
          <SkeletonRows rows={6} columns={4} />
        )
      ) : nothing ? (
        <NothingHere mayAdd={mayAdd} onAdd={() => change({ add: true })} />
      ) : (
        <BoardGrid
          rows={rows}
          environments={environments}
          byTeam={by === 'team'}
          onOpen={(opened) => change({ cell: `${opened.application}@${opened.environment}` })}
        />
      )}
      {rows.length === 0 && wanted !== '' ? <p className="soft">No application matches “{wanted}”.</p> : null}
      {board.hasNextPage ? (
        <p>
          <Button variant="default" loading={board.isFetchingNextPage} onClick={() => void board.fetchNextPage()}>
            Show more applications
          </Button>
        </p>
      ) : null}
      {row !== undefined && environment !== undefined ? (
        <CellDrawer
          row={row}
          environment={environment}
          environments={environments}
          onClose={() => void navigate({ to: '/', search: ({ cell: _, ...rest }) => rest })}
        />
      ) : null}
      <AddApplication
        opened={add === true}
        onClose={() => void navigate({ to: '/', search: ({ add: _, ...rest }) => rest })}
      />
    </Page>
  );
}

/** Nothing runs, or nothing that somebody may see: who may add an application is shown how to begin. */
function NothingHere(props: { readonly mayAdd: boolean; readonly onAdd: () => void }) {
  if (props.mayAdd) return <EmptyEstate onAdd={props.onAdd} />;
  return (
    <Empty title="There is nothing here for you yet">
      <p>
        You see what your teams own, and what your roles let you see. Who manages users can take you into a team, or
        give you a role.
      </p>
    </Empty>
  );
}
