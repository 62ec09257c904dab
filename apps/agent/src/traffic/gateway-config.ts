import type { HeaderMatch, ObservedInstance, RolloutDesired } from '@almanac/domain';
import type { DesiredApplication } from '@almanac/protocol';
import type {
  AnsweredHeaders,
  GatewayCertificate,
  GatewayConfigInput,
  GatewayServiceInput,
} from '@almanac/protocol/gateway';
import type { InstanceRecord } from '../journal/journal.ts';

/** One application as the gateway needs to know it. */
export interface RoutedApplication {
  readonly name: string;
  /** Modules that serve, with their stable ports, in the order of the manifest. */
  readonly modules: readonly { readonly name: string; readonly port: number }[];
  readonly desired: RolloutDesired;
  readonly observed: readonly ObservedInstance[];
  readonly records: readonly InstanceRecord[];
  readonly specs: Readonly<Record<string, DesiredApplication>>;
  /** What its answers carry, whatever version gives them. */
  readonly answers: AnsweredHeaders;
}

/** Where the front is answered over TLS as well. */
export interface FrontTls {
  readonly port: number;
  readonly certificates: GatewayCertificate[];
}

/** The gateway's configuration, but for its revision: who is reached where, and who takes how much. */
export function gatewayConfigOf(input: {
  readonly frontPort: number;
  readonly tls?: FrontTls | undefined;
  readonly applications: readonly RoutedApplication[];
}): Omit<GatewayConfigInput, 'revision'> {
  const hosts: Record<string, string> = {};
  const listeners: GatewayConfigInput['listeners'] = [];
  const services: GatewayServiceInput[] = [];
  for (const application of input.applications) {
    for (const [index, module] of application.modules.entries()) {
      const name = `${application.name}/${module.name}`;
      if (index === 0) hosts[`${application.name}.localhost`] = name;
      hosts[`${module.name}.${application.name}.localhost`] = name;
      listeners.push({ port: module.port, target: { kind: 'service', service: name } });
      services.push(serviceOf({ name, module: module.name, application }));
    }
  }
  const { frontPort, tls } = input;
  if (tls !== undefined)
    listeners.unshift({ port: tls.port, target: { kind: 'hosts', hosts }, tls: { certificates: tls.certificates } });
  listeners.unshift({ port: frontPort, target: { kind: 'hosts', hosts } });
  return { listeners, services, limits: { backendIdleSeconds: 120 } };
}

function serviceOf(input: {
  readonly name: string;
  readonly module: string;
  readonly application: RoutedApplication;
}): GatewayServiceInput {
  const { application } = input;
  const shares = application.desired.modules.find((each) => each.module === input.module);
  const preview = shares?.preview ?? null;
  const weightOf = new Map((shares?.shares ?? []).map((each) => [each.operation, each.weight]));
  const takes = (operation: string) => (weightOf.get(operation) ?? 0) > 0 || preview?.operation === operation;
  const backends = application.observed.flatMap((each) => {
    const record = application.records.find((candidate) => candidate.id === each.id);
    if (each.module !== input.module || record?.port == null) return [];
    if (each.state !== 'ready' && each.state !== 'draining') return [];
    const active = each.state === 'ready' && takes(each.operation);
    const state: 'active' | 'draining' = active ? 'active' : 'draining';
    return [{ instance: each.id, port: record.port, version: each.operation, state }];
  });
  const versions = [...new Set(backends.map((each) => each.version))].map((version) => ({
    version,
    build: application.specs[version]?.build ?? version,
    weight: weightOf.get(version) ?? 0,
  }));
  const seen = preview !== null && versions.some((each) => each.version === preview.operation) ? preview : null;
  // What changes its version may have nobody ready for a moment: requests wait for it instead of failing.
  return {
    name: input.name,
    headers: application.answers.headers,
    collectsReports: application.answers.collectsReports,
    hold: shares?.hold === true,
    versions,
    backends,
    rules: (seen?.matches ?? []).map((each) => ruleOf(each, seen?.operation ?? '')),
    mirror: seen === null || seen.mirror === 0 ? null : { version: seen.operation, percent: seen.mirror },
  };
}

function ruleOf(match: HeaderMatch, version: string): NonNullable<GatewayServiceInput['rules']>[number] {
  const value = 'equals' in match ? match.equals : match.startsWith;
  return { from: 'header', name: match.header, match: 'equals' in match ? 'equals' : 'prefix', value, version };
}
