import { calendarWords, scopeWords } from '@almanac/domain';
import type { Freeze } from '@almanac/protocol';
import { Button, Modal, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { AskReason } from '../../ui/ask-reason.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useMay } from '../access/use-may.ts';
import { AddFreeze } from './add-freeze.tsx';
import { momentWords } from './frozen.tsx';

/** What is frozen or will be, with the ways to freeze and to lift; what is over on request. */
export function Freezes() {
  const [past, setPast] = useState(false);
  const [adding, setAdding] = useState(false);
  const mayManage = useMay('right:manage-environments');
  const freezes = useQuery({
    queryKey: ['governance', 'freezes', past],
    queryFn: () => api.listFreezes({ query: { limit: 50, ...(past ? { past: 'true' } : {}) } }),
  });
  return (
    <section className="stack-small" aria-label="Freezes">
      <div className="row spread">
        <h2>Freezes</h2>
        <div className="row" style={{ gap: 16 }}>
          <Switch
            size="xs"
            label="Those that are over too"
            checked={past}
            onChange={(event) => setPast(event.currentTarget.checked)}
          />
          {mayManage ? (
            <Button variant="default" size="compact-sm" onClick={() => setAdding(true)}>
              Freeze…
            </Button>
          ) : null}
        </div>
      </div>
      <Read query={freezes} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">Nothing is frozen, and nothing is to be.</p>
          ) : (
            items.map((each) => <OneFreeze key={each.id} freeze={each} mayLift={mayManage} />)
          )
        }
      </Read>
      <CommandLine command="almanac freeze add production --name year-end --reason <text>" />
      <Modal opened={adding} onClose={() => setAdding(false)} size="lg" title="Freeze">
        {adding ? <AddFreeze onDone={() => setAdding(false)} /> : null}
      </Modal>
    </section>
  );
}

function OneFreeze(props: { readonly freeze: Freeze; readonly mayLift: boolean }) {
  const { freeze } = props;
  const [lifting, setLifting] = useState(false);
  const queryClient = useQueryClient();
  const lifted = freeze.liftedAt !== null;
  return (
    <div className={`note freeze ${freeze.holds ? 'warning' : ''}`}>
      <div>
        <strong>
          {freeze.name}: {scopeWords(freeze.scope)}{' '}
          {lifted ? 'was frozen' : freeze.holds ? 'is frozen now' : 'is not frozen now'}
        </strong>
        <div>{freeze.reason}</div>
        <div className="soft">
          {freeze.calendar === null ? `from ${momentWords(freeze.from)}` : calendarWords(freeze.calendar)}
          {freeze.until === null ? (lifted ? '' : ', until somebody lifts it') : ` until ${momentWords(freeze.until)}`},
          by {freeze.createdBy}
        </div>
        {freeze.liftedAt === null ? null : (
          <div>
            Lifted by {freeze.liftedBy}, <RelativeTime at={freeze.liftedAt} />: {freeze.liftReason}
          </div>
        )}
      </div>
      {lifted || !props.mayLift ? null : (
        <Button variant="default" size="compact-sm" onClick={() => setLifting(true)}>
          Lift {freeze.name}
        </Button>
      )}
      {lifting ? (
        <AskReason
          title={`Lift the freeze ${freeze.name}`}
          action={`Lift ${freeze.name}`}
          command={(reason) => `almanac freeze lift ${freeze.name} --reason ${reason}`}
          run={async (reason) => {
            await api.liftFreeze({ params: { freeze: freeze.id }, body: { reason } });
            await queryClient.invalidateQueries({ queryKey: ['governance'] });
          }}
          onClose={() => setLifting(false)}
        >
          It is lifted for good, and plans that wait for its end go on. To let a single plan through, set the freeze
          aside on the page of that plan instead.
        </AskReason>
      ) : null}
    </div>
  );
}
