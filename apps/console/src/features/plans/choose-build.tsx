import type { BoardRow } from '@almanac/protocol';
import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';
import type { Choice } from './choice.ts';

/** Asks which version or build of an application is meant. */
export function ChooseBuild(props: {
  readonly application: string;
  readonly onChoose: (choice: Choice) => void;
  readonly onClose: () => void;
}) {
  const { application } = props;
  const versions = useQuery({
    queryKey: ['versions', application],
    queryFn: () => api.listVersions({ params: { application }, query: { limit: 50 } }),
  });
  const builds = useQuery({
    queryKey: ['builds', application, 'usable'],
    queryFn: () => api.listBuilds({ params: { application }, query: { limit: 30 } }),
  });
  return (
    <Modal opened onClose={props.onClose} title={`Which version of ${application}?`}>
      <div className="stack">
        <h2>Versions</h2>
        <Read query={versions} skeleton={<SkeletonRows rows={3} columns={2} />}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="soft">None yet: choose “Tag and deploy…”, or a build below.</p>
            ) : (
              <Rows>
                {items.map((each) => (
                  <Row
                    key={each.id}
                    label={each.number}
                    subject={each.notes === '' ? (each.changes[0]?.subject ?? '') : each.notes}
                    at={each.createdAt}
                    onPick={() => props.onChoose({ kind: 'version', number: each.number })}
                  />
                ))}
              </Rows>
            )
          }
        </Read>
        <h2>Builds without a version</h2>
        <Read query={builds} skeleton={<SkeletonRows rows={3} columns={2} />}>
          {({ items }) => {
            const usable = items.filter((each) => each.state === 'succeeded' && each.version === null);
            if (usable.length === 0) return <p className="soft">Every build that succeeded has a version.</p>;
            return (
              <Rows>
                {usable.map((each) => (
                  <Row
                    key={each.id}
                    label={each.label}
                    subject={each.subject ?? ''}
                    at={each.createdAt}
                    onPick={() => props.onChoose({ kind: 'build', build: each.id })}
                  />
                ))}
              </Rows>
            );
          }}
        </Read>
      </div>
    </Modal>
  );
}

function Rows(props: { readonly children: ReactNode }) {
  return <ul className="choose-rows">{props.children}</ul>;
}

function Row(props: {
  readonly label: string;
  readonly subject: string;
  readonly at: string;
  readonly onPick: () => void;
}) {
  return (
    <li>
      <button type="button" onClick={props.onPick} aria-label={`Deploy ${props.label}`}>
        <VersionChip label={props.label} />
        <span className="choose-subject">{props.subject}</span>
        <span className="soft">
          <RelativeTime at={props.at} />
        </span>
      </button>
    </li>
  );
}

/** Asks for the number under which the newest build becomes a version when the plan is started. */
export function TagAndDeploy(props: {
  readonly application: string;
  readonly newest: NonNullable<BoardRow['latestBuild']>;
  readonly onChoose: (choice: Choice) => void;
  readonly onClose: () => void;
}) {
  const { application, newest } = props;
  const [number, setNumber] = useState('');
  const suggestion = useQuery({
    queryKey: ['suggestion', application, newest.id],
    queryFn: () => api.suggestVersion({ params: { application }, query: { build: newest.id } }),
  });
  const suggested = suggestion.data?.number;
  return (
    <Modal opened onClose={props.onClose} title={`Tag ${application} and deploy it`}>
      <Form onSubmit={() => props.onChoose({ kind: 'tag', number: number === '' ? null : number })}>
        <TextInput
          label="Number"
          data-autofocus
          description={
            suggested === undefined
              ? `The newest build ${newest.label} gets it when the plan is started.`
              : `${suggested} is suggested because ${suggestion.data?.because}. The newest build ${newest.label} gets it when the plan is started.`
          }
          placeholder={suggested ?? 'the suggested number'}
          pattern="(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
          title="Three numbers, as in 1.4.0"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <div>
          <Button type="submit">Tag {number === '' ? (suggested ?? 'it') : number} and deploy</Button>
        </div>
      </Form>
    </Modal>
  );
}
