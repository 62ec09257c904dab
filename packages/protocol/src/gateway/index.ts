export { escapeControls } from '../escape-controls.ts';
export {
  type AnsweredHeaders,
  answeredHeaders,
  type GatewayBackend,
  type GatewayCertificate,
  type GatewayConfig,
  type GatewayConfigInput,
  type GatewayCounters,
  type GatewayHeader,
  type GatewayListener,
  type GatewayRule,
  type GatewayService,
  type GatewayServiceInput,
  type GatewayServiceStats,
  type GatewayStats,
  type GatewaySuccessor,
  type GatewayVersion,
  gatewayCertificate,
  gatewayConfig,
  gatewayControl,
  gatewayHealth,
  gatewayNodeOptions,
  gatewayStats,
  gatewaySuccessor,
  latencyBounds,
  type ReportedViolations,
  reportedViolations,
  type Violation,
} from './gateway.ts';
export { type CountedRequest, RequestCounters } from './request-counters.ts';
export { type ArrivedReport, isReport, ViolationCollector } from './violation-collector.ts';
export { reportTypes, saidViolations } from './violation-reports.ts';
