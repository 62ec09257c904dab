import type { ReportedAnalysis, ReportedJudgement } from '@almanac/protocol';
import { StateMark } from '../../ui/state-mark.tsx';
import { figure, intervalPicture, judgementWords, metricWords, verdictForms } from './rollout.view-model.ts';

/** What an analysis has found, metric by metric, and how the judge came to it. */
export function AnalysisView(props: { readonly analysis: ReportedAnalysis }) {
  const { analysis } = props;
  return (
    <table className="rollout-metrics">
      <caption className="visually-hidden">Metrics of the analysis {analysis.name}</caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Before</th>
          <th scope="col">New</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {analysis.metrics.map((metric) => {
          const form = metric.verdict === null ? null : verdictForms[metric.verdict];
          return (
            <tr key={metric.name}>
              <th scope="row">
                <StateMark health={form?.health ?? 'progressing'} word={form?.word ?? 'under way'} />
                {metric.name}
              </th>
              <td className="mono">{metric.baseline === null ? '' : figure(metric.baseline)}</td>
              <td className="mono">{figure(metric.candidate)}</td>
              <td>
                <div>{metric.reason ?? metricWords(metric)}</div>
                {metric.judgement === null ? null : <Interval judgement={metric.judgement} />}
                {metric.reason === null ? null : <div className="soft">{metricWords(metric)}</div>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The interval of a difference against what is allowed. */
function Interval(props: { readonly judgement: ReportedJudgement }) {
  const { judgement } = props;
  const { zero, point, from, to, allowedFrom, allowedTo } = intervalPicture(judgement);
  const words = judgementWords(judgement);
  const across = (value: number) => value * 200;
  return (
    <figure className="rollout-interval">
      <svg viewBox="0 0 200 20" width="200" height="20" role="img" aria-label={words}>
        <rect className="allowed" x={across(allowedFrom)} width={across(allowedTo - allowedFrom)} y="2" height="16" />
        <line className="zero" x1={across(zero)} x2={across(zero)} y1="2" y2="18" />
        <line className="interval" x1={across(from)} x2={across(to)} y1="10" y2="10" />
        <circle className="point" cx={across(point)} cy="10" r="3.5" />
      </svg>
      <figcaption className="soft">{words}</figcaption>
    </figure>
  );
}
