import type { Reach } from '@almanac/host';
import { type AnalysisMeter, createAnalysisMeter } from './analysis-meter.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createProcessMetrics, type ProcessMetrics } from './process-metrics.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';
import { createTrafficHistory, type TrafficHistory } from './traffic-history.ts';
import { createWebMetrics } from './web-metrics.ts';

/** All that a site measures for its analyses. */
export interface SiteMetrics {
  readonly meter: AnalysisMeter;
  /** To be given the gateway's statistics in each pass; says what was counted in a period. */
  readonly traffic: TrafficHistory;
  /** To be given the instances that are analysed, in each pass. */
  readonly processes: Pick<ProcessMetrics, 'sample'>;
}

export function createSiteMetrics(input: {
  /** Where metrics that others serve may be read. */
  readonly reach: Reach;
  readonly onMeasured: () => void;
}): SiteMetrics {
  const traffic = createTrafficHistory();
  const processes = createProcessMetrics();
  const meter = createAnalysisMeter({
    onMeasured: input.onMeasured,
    providers: {
      gateway: createGatewayMetrics(traffic),
      process: processes,
      prometheus: createPrometheusMetrics(input.reach),
      web: createWebMetrics(input.reach),
    },
  });
  return { meter, traffic, processes };
}
