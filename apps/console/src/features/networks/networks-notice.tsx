import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useMay } from '../access/use-may.ts';
import { noticeOf } from './networks.view-model.ts';
import { useAllowLists } from './use-allow-lists.ts';

/** On every page of every administrator: allow lists that are on trial, or that came about without anybody who is signed in. */
export function NetworksNotice() {
  const queryClient = useQueryClient();
  const may = useMay('right:manage-installation');
  const found = useAllowLists(may);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['allow-lists'] });
  const confirm = useMutation({ mutationFn: () => api.confirmAllowLists({ body: {} }), onSuccess: refresh });
  const back = useMutation({ mutationFn: () => api.returnAllowLists({ body: {} }), onSuccess: refresh });
  const lists = found.data;
  const notice = lists === undefined ? undefined : noticeOf(lists);
  if (lists === undefined || notice === undefined) return null;
  const onTrial = lists.trialEndsAt !== null;
  const error = confirm.error ?? back.error;
  return (
    <div className={`note ${onTrial ? 'waiting' : 'failed'} frozen spread`} role="alert">
      <span>
        <strong>{notice.title}</strong>{' '}
        {onTrial ? (
          <>and end {timeWords(lists.trialEndsAt)} unless somebody keeps them.</>
        ) : (
          <RelativeTime at={lists.changedAt} />
        )}{' '}
        <Link to="/security/networks">Networks</Link>
        {error === null ? null : <ErrorNote error={error} />}
      </span>
      <span className="row">
        <Button variant={onTrial ? 'filled' : 'default'} loading={confirm.isPending} onClick={() => confirm.mutate()}>
          {notice.action}
        </Button>
        {onTrial ? (
          <Button variant="default" loading={back.isPending} onClick={() => back.mutate()}>
            End them now
          </Button>
        ) : null}
      </span>
    </div>
  );
}

function timeWords(at: string | null): string {
  return `at ${new Date(at ?? 0).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}`;
}
