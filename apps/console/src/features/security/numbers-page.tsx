import type { SecurityNumberView } from '@almanac/protocol';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useMay } from '../access/use-may.ts';
import { faultOf, groupsOf } from './numbers.view-model.ts';
import { SecurityTabs } from './security-tabs.tsx';

/** The numbers of sign-in, sessions and tokens: what is usual, what holds, and who changed it. */
export function NumbersPage() {
  const numbers = useQuery({ queryKey: ['security-numbers'], queryFn: () => api.listSecurityNumbers() });
  return (
    <Page title="Numbers" under="Limits, pauses and lifetimes of sign-in, sessions and tokens">
      <OfflineNote />
      <SecurityTabs active="/security/numbers" />
      <Read query={numbers} skeleton={<SkeletonRows rows={8} columns={3} />}>
        {({ items }) => (
          <div className="stack">
            {groupsOf(items).map((group) => (
              <section key={group.title} className="stack-small" aria-label={group.title}>
                <h2>{group.title}</h2>
                <div className="table-scroll">
                  <table className="table">
                    <thead>
                      <tr>
                        <th>Number</th>
                        <th style={{ width: '9rem' }}>Value</th>
                        <th style={{ width: '10rem' }}>Changed</th>
                        <th style={{ width: '7rem' }} aria-label="What you can do" />
                      </tr>
                    </thead>
                    <tbody>
                      {group.numbers.map((each) => (
                        <NumberRow key={`${each.name} ${each.value}`} number={each} />
                      ))}
                    </tbody>
                  </table>
                </div>
              </section>
            ))}
            <CommandLine command="almanac security-number list" />
          </div>
        )}
      </Read>
    </Page>
  );
}

function NumberRow({ number }: { readonly number: SecurityNumberView }) {
  const may = useMay('right:manage-installation');
  const [edited, setEdited] = useState(false);
  return (
    <>
      <tr>
        <td style={{ minWidth: '14rem' }}>
          <span className="mono">{number.name}</span>
          <div className="soft">{number.purpose}.</div>
        </td>
        <td style={{ whiteSpace: 'nowrap' }}>
          <strong>{number.value}</strong> {number.unit}
          <div className="soft">
            {number.least} to {number.most}
            {number.value === number.usual ? '' : `, usually ${number.usual}`}
          </div>
        </td>
        <td>
          {number.changedAt === null ? (
            '–'
          ) : (
            <>
              <RelativeTime at={number.changedAt} /> by {number.changedBy}
            </>
          )}
        </td>
        <td>
          {may && !edited ? (
            <Button variant="default" aria-label={`Change ${number.name}`} onClick={() => setEdited(true)}>
              Change
            </Button>
          ) : null}
        </td>
      </tr>
      {edited ? (
        <tr>
          <td colSpan={4}>
            <EditNumber number={number} onClose={() => setEdited(false)} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function EditNumber(props: { readonly number: SecurityNumberView; readonly onClose: () => void }) {
  const { number } = props;
  const { name } = number;
  const [typed, setTyped] = useState(String(number.value));
  const queryClient = useQueryClient();
  const onSuccess = () => {
    props.onClose();
    return queryClient.invalidateQueries({ queryKey: ['security-numbers'] });
  };
  const save = useMutation({
    mutationFn: () => api.setSecurityNumber({ params: { name }, body: { value: Number(typed) } }),
    onSuccess,
  });
  const reset = useMutation({ mutationFn: () => api.resetSecurityNumber({ params: { name } }), onSuccess });
  const fault = faultOf(number, typed);
  const error = save.error ?? reset.error;
  return (
    <Form
      className="stack-small"
      // It stays in sight where the table is wider than the page.
      style={{ position: 'sticky', left: '1rem', maxWidth: 'min(480px, 75vw)' }}
      onSubmit={() => save.mutate()}
    >
      <TextInput
        label={`${name}, in ${number.unit}`}
        description={`${number.least} to ${number.most}: ${number.bounds}`}
        inputMode="numeric"
        value={typed}
        error={fault === null ? undefined : `A whole number from ${number.least} to ${number.most}`}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {error === null ? null : <ErrorNote error={error} />}
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <Button type="submit" loading={save.isPending} disabled={fault !== null || Number(typed) === number.value}>
          Save
        </Button>
        {number.changedAt === null ? null : (
          <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate()}>
            Make it the usual {number.usual}
          </Button>
        )}
        <Button variant="default" onClick={props.onClose}>
          Leave it
        </Button>
      </div>
    </Form>
  );
}
