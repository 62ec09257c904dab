import type { Finding, Plan } from '@almanac/protocol';
import { Button, Checkbox } from '@mantine/core';
import { isSetAside } from './exemption.view-model.ts';
import {
  asksForConfirmation,
  chainWords,
  type Fix,
  fixOf,
  type ReferenceWords,
  referenceWords,
  sortFindings,
} from './finding.view-model.ts';
import { SetAside } from './set-aside.tsx';

export interface FindingEvents {
  /** Takes the step that would mend a finding; without it the steps are only told. */
  readonly onFix?: (fix: Fix) => void;
  /** Codes of findings that were confirmed, and what to do when that changes. */
  readonly confirmed?: ReadonlySet<string>;
  readonly onConfirm?: (code: string, yes: boolean) => void;
  /** The plan for which an error can be set aside; without it that is not offered. */
  readonly plan?: Plan;
}

/** What the analysis of a plan found, errors first, each with the step that would mend it. */
export function Findings(props: { readonly findings: readonly Finding[] } & FindingEvents) {
  if (props.findings.length === 0)
    return <p className="soft findings-none">Nothing was found that speaks against it.</p>;
  return (
    <ul className="findings" aria-label="Findings">
      {sortFindings(props.findings).map((each) => (
        <FindingItem key={each.code + each.application + each.detail} finding={each} {...events(props)} />
      ))}
    </ul>
  );
}

function events(props: FindingEvents): FindingEvents {
  return {
    ...(props.onFix === undefined ? {} : { onFix: props.onFix }),
    ...(props.onConfirm === undefined ? {} : { onConfirm: props.onConfirm }),
    ...(props.confirmed === undefined ? {} : { confirmed: props.confirmed }),
    ...(props.plan === undefined ? {} : { plan: props.plan }),
  };
}

function FindingItem(props: { readonly finding: Finding } & FindingEvents) {
  const { finding, onFix, onConfirm, plan } = props;
  const aside = plan !== undefined && isSetAside(plan, finding);
  const fix = fixOf(finding);
  const reference = referenceWords(finding);
  return (
    <li className={`note ${finding.severity === 'error' && !aside ? 'failed' : 'warning'} stack-small`}>
      <div>
        <span className="visually-hidden">{finding.severity === 'error' ? 'Error: ' : 'Warning: '}</span>
        <strong>{finding.application}</strong> {withoutName(finding)}
      </div>
      {reference === null ? null : <Reference reference={reference} />}
      <Chain links={chainWords(finding)} />
      {fix !== null && onFix !== undefined ? (
        <div>
          <Button size="compact-xs" variant="default" onClick={() => onFix(fix)}>
            {fix.label}
          </Button>
        </div>
      ) : finding.fix === null ? null : (
        <div className="soft">{finding.fix}</div>
      )}
      {aside ? (
        <div className="soft">Set aside for what this plan contains now.</div>
      ) : plan !== undefined && finding.severity === 'error' ? (
        <SetAside plan={plan} subject={{ kind: 'finding', code: finding.code, application: finding.application }} />
      ) : null}
      {asksForConfirmation(finding) && onConfirm !== undefined ? (
        <Checkbox
          size="xs"
          label="This is what I want"
          checked={props.confirmed?.has(finding.code) === true}
          onChange={(event) => onConfirm(finding.code, event.currentTarget.checked)}
        />
      ) : null}
    </li>
  );
}

/** A sentence that begins with the name goes on after it. */
function withoutName(finding: Finding): string {
  const { application, detail } = finding;
  return detail.startsWith(`${application} `) ? detail.slice(application.length + 1) : detail;
}

function Reference(props: { readonly reference: ReferenceWords }) {
  const { reference } = props;
  return (
    <div className="finding-reference">
      <span>{reference.consumer}</span>
      <span className="arrow">
        <span aria-hidden>→</span>
        <span className="visually-hidden">consumes from</span>
      </span>
      <span>{reference.producer}</span>
      {reference.elements.length === 0 ? <code>{reference.contract}</code> : null}
      {reference.elements.map((each) => (
        <code key={each}>{each}</code>
      ))}
      {reference.more === 0 ? null : <span className="soft">and {reference.more} more</span>}
    </div>
  );
}

/** How one leads to the other, for whoever wants to know. */
function Chain(props: { readonly links: readonly string[] }) {
  if (props.links.length < 2) return null;
  return (
    <details className="finding-chain">
      <summary>How this comes about</summary>
      <ol>
        {props.links.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ol>
    </details>
  );
}
