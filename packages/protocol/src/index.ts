export { type GatewayBackend, type GatewayConfig, gatewayConfig, gatewayControl, type GatewayListener, type GatewayService, type GatewayStats, gatewayStats, latencyBounds } from './gateway.ts';
export { type Command, command, type Manifest, manifest, type ModuleManifest, moduleManifest, type RolloutStrategy, rolloutStrategy } from './manifest.ts';
export { manifestMaxBytes, type ManifestFault, type ParsedManifest, parseManifest } from './parse-manifest.ts';
export { type Problem, problem } from './problem.ts';
export { commitHash, digest, displayName, id, name, named, page, paging, reference, revision, timestamp, versionNumber } from './primitives.ts';
export { type CallInput, type Method, type ParsedRequest, type ResponseInput, type ResponseOf, type Route, route } from './route.ts';
