import type { Plan, Standing } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';

/** Everything that stands between a plan and its start: what, who can act, what next, and when it passes. */
export function Gates(props: { readonly plan: Plan }) {
  const { plan } = props;
  const standing = useQuery({
    queryKey: ['plan', String(plan.number), 'standing', plan.revision],
    queryFn: () => api.getPlanStanding({ params: { plan: plan.id } }),
    refetchInterval: 10_000,
  });
  return (
    <section className="stack-small">
      <h2>What stands in its way</h2>
      <Read query={standing} skeleton={<SkeletonRows rows={2} columns={3} />}>
        {(found) => <Obstacles standing={found} />}
      </Read>
    </section>
  );
}

function Obstacles(props: { readonly standing: Standing }) {
  const { obstacles, earliest } = props.standing;
  if (obstacles.length === 0) return <p className="soft">Nothing: every gate is open.</p>;
  return (
    <>
      {obstacles.map((each) => (
        <div key={each.code + each.application + each.detail} className="note waiting">
          <strong>{each.detail}</strong>
          <div>
            {each.owner} · {each.action}
          </div>
          {each.earliest === null ? null : (
            <div className="soft">
              passes by itself <Moment at={each.earliest} />
            </div>
          )}
        </div>
      ))}
      <p className="soft">
        {earliest === null
          ? 'Somebody has to act before it can begin.'
          : `It can begin by itself at ${wordsOf(earliest)}.`}
      </p>
    </>
  );
}

function Moment(props: { readonly at: string }) {
  return (
    <time dateTime={props.at} title={props.at}>
      {wordsOf(props.at)}
    </time>
  );
}

function wordsOf(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Who said what of a plan, and what was set aside; a word on other content than it has now does not count. */
export function Words(props: { readonly plan: Plan }) {
  const { approvals, exemptions } = props.plan;
  if (approvals.length + exemptions.length === 0) return null;
  return (
    <section className="stack-small">
      <h2>Approvals and exceptions</h2>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>What</th>
              <th>By</th>
              <th>When</th>
              <th>Why</th>
              <th>Counts</th>
            </tr>
          </thead>
          <tbody>
            {approvals.map((each) => (
              <tr key={each.by + each.at}>
                <td>{each.verdict}</td>
                <td>
                  {each.by} <span className="soft">{each.role}</span>
                </td>
                <td>
                  <RelativeTime at={each.at} />
                </td>
                <td>{each.comment}</td>
                <td>{countsWords(each)}</td>
              </tr>
            ))}
            {exemptions.map((each) => (
              <tr key={each.subject + each.at}>
                <td>{each.subject === 'calendar' ? 'freezes and windows set aside' : `${each.subject} set aside`}</td>
                <td>{each.by}</td>
                <td>
                  <RelativeTime at={each.at} />
                </td>
                <td>{each.reason}</td>
                <td>{each.valid ? 'yes' : 'no: the plan is another now'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function countsWords(approval: Plan['approvals'][number]): string {
  if (approval.verdict === 'rejected') return '';
  if (approval.withdrawnAt !== null) return 'no: withdrawn';
  return approval.valid ? 'yes' : 'no: the plan is another now';
}
