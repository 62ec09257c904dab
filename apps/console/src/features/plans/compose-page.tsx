import '../../styles/compose.css';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { releaseOfKey } from './compose-source.ts';
import { Composer } from './composer.tsx';

/** Composes a plan: two environments side by side, a choice for each application, and the impact beside it. */
export function ComposePage() {
  const board = useInfiniteQuery({
    queryKey: ['board', 'compose'],
    queryFn: ({ pageParam, signal }) =>
      api.getBoard({ query: { limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const { from } = useSearch({ from: '/signed-in/plans/compose' });
  const name = releaseOfKey(from);
  const release = useQuery({
    queryKey: ['release', name],
    queryFn: () => api.getRelease({ params: { release: name ?? '' } }),
    enabled: name !== undefined,
  });
  // Nothing is composed, and no draft touched, before it is known what the release of the address names.
  const waiting = name !== undefined && release.data === undefined;
  const failed = board.isError ? board : release.isError ? release : undefined;
  const environments = board.data?.pages[0]?.environments;
  const rows = useMemo(() => board.data?.pages.flatMap((page) => page.rows) ?? [], [board.data]);
  return (
    <Page title="Compose a plan" under="Choose what becomes of each application; the impact appears as you choose.">
      <OfflineNote />
      {environments === undefined || waiting ? (
        failed !== undefined ? (
          <ErrorNote error={failed.error} retry={() => void failed.refetch()} />
        ) : (
          <SkeletonRows rows={6} columns={5} />
        )
      ) : rows.length === 0 ? (
        <Empty title="There is no application yet">
          <Link to="/" search={{ add: true }}>
            Add an application
          </Link>
        </Empty>
      ) : (
        <Composer environments={environments} rows={rows} release={release.data}>
          {board.hasNextPage ? (
            <div>
              <Button variant="default" loading={board.isFetchingNextPage} onClick={() => void board.fetchNextPage()}>
                Show more applications
              </Button>
            </div>
          ) : null}
        </Composer>
      )}
    </Page>
  );
}
