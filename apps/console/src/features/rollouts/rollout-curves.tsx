import 'uplot/dist/uPlot.min.css';
import type { ReportedRollout } from '@almanac/protocol';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import Plot from 'uplot';
import { seriesOf } from './rollout.view-model.ts';

const charts = [
  { key: 'requests', title: 'Requests a second', factor: 1 },
  { key: 'errors', title: 'Errors, %', factor: 100 },
  { key: 'p95', title: 'p95, ms', factor: 1 },
] as const;
type Chart = (typeof charts)[number];

const height = 120;

/** What the gateway saw of both versions, in the same two colours everywhere; a baseline is a broken line. */
export function RolloutCurves(props: { readonly curves: ReportedRollout['curves'] }) {
  return (
    <div className="rollout-curves">
      {charts.map((each) => (
        <Curve key={each.key} chart={each} curves={props.curves} />
      ))}
    </div>
  );
}

function Curve(props: { readonly chart: Chart; readonly curves: ReportedRollout['curves'] }) {
  const { chart, curves } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const scheme = useComputedColorScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of a theme are read when it is drawn anew
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const drawn = new Plot(optionsOf(element), [[], [], [], []], element);
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [scheme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was drawn anew has no data yet
  useEffect(() => {
    const [times, ...series] = seriesOf(curves, chart.key);
    const scaled = (values: readonly (number | null)[]) =>
      values.map((each) => (each === null ? null : each * chart.factor));
    plot.current?.setData([times, ...series.map(scaled)]);
  }, [curves, chart, scheme]);
  return (
    <figure>
      <figcaption>{chart.title}</figcaption>
      <div ref={place} role="img" aria-label={`${chart.title} of both versions, over the last minutes`} />
    </figure>
  );
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
}

function optionsOf(element: HTMLElement): Plot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: Plot.Axis = {
    stroke: colour('--ink-soft'),
    font: "11px 'Inter Variable', sans-serif",
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, size: 24, space: 70, values: (_, seconds) => seconds.map(timeOf) },
      { ...axis, size: 44, space: 28 },
    ],
    series: [
      {},
      { label: 'before', stroke: colour('--stable'), width: 1.5, spanGaps: true },
      { label: 'new', stroke: colour('--candidate'), width: 1.5, spanGaps: true },
      { label: 'baseline', stroke: colour('--stable'), width: 1.5, dash: [4, 3], spanGaps: true },
    ],
  };
}
