import type { ReportedViolation } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';

type Proposal = Extract<ReportedViolation['proposal'], { kind: 'allow' }>;

/** Read again now and then: what browsers report is told by nobody else. */
const everyMs = 15_000;

/** What browsers reported that the policy does not allow, and what would allow it. */
export function Violations(props: {
  readonly environment: string;
  readonly application: string;
  /** Opens the form with the proposal in it; undefined for whoever may not change it. */
  readonly onPropose: ((proposal: Proposal) => void) | undefined;
}) {
  const { environment, application, onPropose } = props;
  const violations = useQuery({
    queryKey: ['response-headers', environment, application, 'violations'],
    queryFn: () => api.listViolations({ params: { environment, application } }),
    refetchInterval: everyMs,
  });
  return (
    <section className="stack-small" aria-label="Violations">
      <h2>What browsers reported</h2>
      <Read query={violations} skeleton={<SkeletonRows rows={3} columns={5} />}>
        {({ items, dropped }) =>
          items.length === 0 ? (
            <p className="soft">Nothing in the last 30 days.</p>
          ) : (
            <>
              <div className="table-scroll">
                <table className="table violation-table">
                  <thead>
                    <tr>
                      <th>Directive</th>
                      <th>Blocked</th>
                      <th>On page</th>
                      <th style={{ textAlign: 'right' }}>Times</th>
                      <th>First</th>
                      <th>Last</th>
                      <th>What would allow it</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((each) => (
                      <Row
                        key={`${each.directive} ${each.blocked} ${each.document}`}
                        violation={each}
                        onPropose={onPropose}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
              {dropped === 0 ? null : <p className="soft">{dropped} more reports found no place.</p>}
              <p className="soft">Anybody can send such reports: look at each before you allow it.</p>
            </>
          )
        }
      </Read>
      <CommandLine command={`almanac headers violations ${environment} ${application}`} />
    </section>
  );
}

function Row(props: {
  readonly violation: ReportedViolation;
  readonly onPropose: ((proposal: Proposal) => void) | undefined;
}) {
  const { violation, onPropose } = props;
  const { directive, blocked, document, count, firstSeen, lastSeen } = violation;
  return (
    <tr>
      <td className="mono">{directive}</td>
      <td className="mono header-value">{blocked}</td>
      <td className="mono header-value">{document}</td>
      <td style={{ textAlign: 'right' }}>{count}</td>
      <td>
        <RelativeTime at={firstSeen} />
      </td>
      <td>
        <RelativeTime at={lastSeen} />
      </td>
      <td>
        <Proposed proposal={violation.proposal} onPropose={onPropose} />
      </td>
    </tr>
  );
}

function Proposed(props: {
  readonly proposal: ReportedViolation['proposal'];
  readonly onPropose: ((proposal: Proposal) => void) | undefined;
}) {
  const { proposal, onPropose } = props;
  if (proposal.kind === 'allowed') return <span className="soft">{proposal.directive} allows it now</span>;
  if (proposal.kind === 'none') return <span className="soft">{proposal.why}</span>;
  return (
    <div className="stack-small">
      <span className="mono header-value">{[proposal.directive, ...proposal.sources].join(' ')}</span>
      {proposal.warning === null ? null : <span className="soft">{proposal.warning}</span>}
      {onPropose === undefined ? null : (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => onPropose(proposal)}>
            Look at {proposal.directive} with {proposal.sources.at(-1)}
          </Button>
        </div>
      )}
    </div>
  );
}
