import type { Environment } from '@almanac/protocol';
import { Button, Checkbox, Select, Slider, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DiffTable } from '../../ui/diff-table.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { healthOfChange, type Moment, momentAt, momentsOf } from './moments.view-model.ts';
import { StateTable } from './state-table.tsx';

const route = '/signed-in/environments/$environment';
/** No environment is called so. */
const wholeState = '*';

/** The time line of an environment: pick a moment, see what differs from it, and go back to it. */
export function HistoryTab(props: { readonly environment: Environment }) {
  const { environment } = props;
  const { at, with: other, show } = useSearch({ from: route });
  const navigate = useNavigate();
  const history = useInfiniteQuery({
    queryKey: ['history', { environment: environment.name }],
    queryFn: ({ pageParam }) =>
      api.listHistory({
        query: { environment: environment.name, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const moments = momentsOf(history.data?.pages.flatMap((page) => page.items) ?? []);
  const pick = (moment: string) =>
    void navigate({
      to: '/environments/$environment',
      params: { environment: environment.name },
      search: {
        tab: 'history',
        at: moment,
        ...(other === undefined ? {} : { with: other }),
        ...(show === undefined ? {} : { show }),
      },
      replace: true,
    });
  if (history.isError) return <ErrorNote error={history.error} retry={() => void history.refetch()} />;
  if (history.isPending) return <SkeletonRows rows={6} columns={4} />;
  if (moments.length === 0) return <Empty title="Nothing was deployed here yet" />;
  const chosen = at ?? moments[1]?.at ?? moments[0]?.at ?? '';
  const moment = momentAt(moments, chosen);
  return (
    <div className="stack">
      <TimeLine moments={moments} chosen={chosen} onPick={pick} />
      <div className="history-columns">
        <div className="stack-small">
          <Moments moments={moments} chosen={moment} onPick={pick} />
          {history.hasNextPage ? (
            <div>
              <Button
                variant="default"
                loading={history.isFetchingNextPage}
                onClick={() => void history.fetchNextPage()}
              >
                Show earlier moments
              </Button>
            </div>
          ) : null}
        </div>
        <Comparison key={chosen} environment={environment} at={chosen} />
      </div>
    </div>
  );
}

function TimeLine(props: {
  readonly moments: readonly Moment[];
  readonly chosen: string;
  readonly onPick: (at: string) => void;
}) {
  // The oldest stands at the left; a place on the line is a moment, not a time: work comes in bursts.
  const line = props.moments.toReversed();
  const index = line.findLastIndex((each) => Date.parse(each.at) <= Date.parse(props.chosen));
  const local = (at: string) => {
    const time = new Date(at);
    return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  };
  return (
    <div className="time-line">
      <Slider
        aria-label="Moment"
        min={0}
        max={Math.max(1, line.length - 1)}
        value={Math.max(0, index)}
        onChange={(place) => props.onPick(line[place]?.at ?? props.chosen)}
        label={(place) => new Date(line[place]?.at ?? props.chosen).toLocaleString()}
        {...(line.length <= 40 ? { marks: line.map((_, value) => ({ value })) } : {})}
      />
      <TextInput
        type="datetime-local"
        step={1}
        aria-label="Time"
        value={local(props.chosen)}
        max={local(new Date().toISOString())}
        onChange={(event) => {
          const time = new Date(event.currentTarget.value);
          if (!Number.isNaN(time.getTime())) props.onPick(time.toISOString());
        }}
      />
    </div>
  );
}

function Moments(props: {
  readonly moments: readonly Moment[];
  readonly chosen: Moment | null;
  readonly onPick: (at: string) => void;
}) {
  return (
    <ol className="moments" aria-label="Moments, newest first">
      {props.moments.map((each) => (
        <li key={`${each.at} ${each.plan}`}>
          <button
            type="button"
            className={`moment${each === props.chosen ? ' active' : ''}`}
            aria-pressed={each === props.chosen}
            onClick={() => props.onPick(each.at)}
          >
            <span className="spread">
              <strong>
                <RelativeTime at={each.at} />
              </strong>
              <span className="soft">
                plan {each.plan}, {each.by}
              </span>
            </span>
            {each.changes.map((change) => (
              <span key={change.words} className="row">
                <StateMark health={healthOfChange[change.kind]} word={change.kind} />
                <span>{change.words}</span>
              </span>
            ))}
          </button>
        </li>
      ))}
    </ol>
  );
}

function Comparison(props: { readonly environment: Environment; readonly at: string }) {
  const { environment, at } = props;
  const { with: other, show } = useSearch({ from: route });
  const navigate = useNavigate();
  const state = useQuery({
    queryKey: ['history', 'state', environment.name, at],
    queryFn: () => api.getEnvironmentState({ params: { environment: environment.name }, query: { at } }),
    enabled: show === 'state',
  });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const difference = useQuery({
    queryKey: ['history', 'diff', environment.name, at, other ?? null],
    enabled: show !== 'state',
    queryFn: () =>
      api.getStateDifference({
        params: { environment: environment.name },
        query: { from: at, ...(other === undefined ? {} : { with: other }) },
      }),
  });
  const [setBack, setSetBack] = useState(false);
  const restore = useMutation({
    mutationFn: () => api.restoreEnvironment({ params: { environment: environment.name }, body: { at, setBack } }),
    onSuccess: (plan) => void navigate({ to: '/plans/$plan', params: { plan: String(plan.number) } }),
  });
  const others = (environments.data?.items ?? []).filter((each) => each.id !== environment.id);
  return (
    <section className="stack" aria-label="The chosen moment">
      <div className="spread">
        <h2>
          {environment.displayName} at {new Date(at).toLocaleString()}
        </h2>
        <Select
          aria-label="Show"
          style={{ minWidth: 300 }}
          data={[
            { value: '', label: `what differs from ${environment.displayName} now` },
            ...others.map((each) => ({ value: each.name, label: `what differs from ${each.displayName} now` })),
            { value: wholeState, label: 'everything as it was' },
          ]}
          value={show === 'state' ? wholeState : (other ?? '')}
          onChange={(value) =>
            void navigate({
              to: '/environments/$environment',
              params: { environment: environment.name },
              search: {
                tab: 'history',
                at,
                ...(value === wholeState ? { show: 'state' } : {}),
                ...(value === null || value === '' || value === wholeState ? {} : { with: value }),
              },
            })
          }
        />
      </div>
      {show === 'state' ? (
        <Read query={state} skeleton={<SkeletonRows rows={4} columns={2} />}>
          {(found) => <StateTable state={found} />}
        </Read>
      ) : (
        <Read query={difference} skeleton={<SkeletonRows rows={4} columns={4} />}>
          {(found) => <DiffTable difference={found} />}
        </Read>
      )}
      <div className="stack-small">
        <Checkbox
          label="and set the values back that people set since"
          description="Without it they stay set, and hold again from the next deployment on."
          checked={setBack}
          onChange={(event) => setSetBack(event.currentTarget.checked)}
        />
        <div>
          <Button loading={restore.isPending} onClick={() => restore.mutate()}>
            Plan the way back to this moment
          </Button>
        </div>
        <span className="soft">
          This composes a plan with its findings. Nothing changes before somebody starts it.{' '}
          <Link to="/plans" search={{ environment: environment.name }}>
            Plans of {environment.displayName}
          </Link>
        </span>
        {restore.isError ? <ErrorNote error={restore.error} /> : null}
        <CommandLine command={`almanac env restore ${environment.name} --at ${at}${setBack ? ' --settings' : ''}`} />
      </div>
    </section>
  );
}
