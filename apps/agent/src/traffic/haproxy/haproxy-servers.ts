import type { GatewayConfig, GatewayService } from '@almanac/protocol/gateway';

/** One server of one backend of HAProxy: an instance, and how much of the backend's requests it takes. */
export interface HaproxyServer {
  readonly backend: string;
  readonly name: string;
  readonly port: number;
  /** 0 to 256; 0 takes nothing new. */
  readonly weight: number;
}

const mostWeight = 256;

/** Names of backends: requests that weights share, those decided for one version, and those that leave HTTP. */
export const backendOf = (service: string, version?: string): string =>
  version === undefined ? plain(service) : `${plain(service)}:${version}`;
export const upgradesOf = (backend: string): string => `up:${backend}`;

/** Where what browsers report goes: its server is the agent, and no instance. */
export const reportsBackend = 'reports';

/** Whether anything but weights decides in a service: only then its versions have backends of their own. */
export function isRouted(service: GatewayService): boolean {
  return service.rules.length > 0 || service.spread !== null || service.sticky !== null;
}

/** Every server that a configuration asks for. */
export function serversOf({ services }: Pick<GatewayConfig, 'services'>): readonly HaproxyServer[] {
  return services.flatMap((service) => [
    ...twice(weighted(service)),
    ...(isRouted(service) ? service.versions.flatMap((each) => twice(decided(service, each.version))) : []),
  ]);
}

/** HAProxy weighs servers and we weigh versions: each instance has its part of its version's weight. */
function weighted(service: GatewayService): readonly HaproxyServer[] {
  const parts = service.backends.map((each) => {
    const version = service.versions.find((candidate) => candidate.version === each.version);
    const active = service.backends.filter((other) => other.version === each.version && other.state === 'active');
    return each.state === 'active' ? (version?.weight ?? 0) / active.length : 0;
  });
  const largest = Math.max(...parts, Number.MIN_VALUE);
  return service.backends.map(({ instance, port }, index) => {
    const part = parts[index] ?? 0;
    const weight = part === 0 ? 0 : Math.max(1, Math.round((part / largest) * mostWeight));
    return { backend: backendOf(service.name), name: bare(instance), port, weight };
  });
}

function decided(service: GatewayService, version: string): readonly HaproxyServer[] {
  return service.backends
    .filter((each) => each.version === version)
    .map(({ instance, port, state }) => ({
      backend: backendOf(service.name, version),
      name: bare(instance),
      port,
      weight: state === 'active' ? 1 : 0,
    }));
}

/** Who waits goes on with the first server of the backend that weights share: that of upgrades has to be there by then. */
function twice(servers: readonly HaproxyServer[]): readonly HaproxyServer[] {
  return servers.flatMap((each) => [{ ...each, backend: upgradesOf(each.backend) }, each]);
}

/** Names of services hold a slash, which separates backend and server on HAProxy's command line. */
function plain(service: string): string {
  return bare(service.replaceAll('/', '.'));
}

/** What stands without quotes in a configuration or a command of HAProxy, and can be nothing but a name there. */
export function bare(name: string): string {
  if (!/^\w[\w.:-]*$/.test(name)) throw new Error(`HAProxy cannot serve what is named ${JSON.stringify(name)}`);
  return name;
}
