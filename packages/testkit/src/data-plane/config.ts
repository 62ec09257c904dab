import {
  type AnsweredHeaders,
  type GatewayBackend,
  type GatewayConfig,
  type GatewayConfigInput,
  type GatewayServiceInput,
  gatewayConfig,
} from '@almanac/protocol/gateway';

/** A backend of a configuration; active, and the only one of a version of its own name unless told otherwise. */
export function aBackend(instance: string, port: number, other: Partial<GatewayBackend> = {}): GatewayBackend {
  return { instance, port, version: instance, state: 'active', ...other };
}

export interface ConfigWish {
  readonly port: number;
  readonly backends: readonly GatewayBackend[];
  readonly revision?: number;
  readonly hold?: boolean;
  /** By version; 1 for each that is not among them. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly limits?: GatewayConfigInput['limits'];
  readonly routing?: Pick<GatewayServiceInput, 'rules' | 'spread' | 'sticky' | 'mirror'>;
  readonly answers?: AnsweredHeaders;
  readonly tls?: GatewayConfigInput['listeners'][number]['tls'];
}

/** One service `shop/web` with the host name `shop.localhost`. */
export function aConfig(wish: ConfigWish): GatewayConfig {
  const weights = wish.weights ?? {};
  const versions = new Set([...Object.keys(weights), ...wish.backends.map((each) => each.version)]);
  return gatewayConfig.parse({
    revision: wish.revision ?? 1,
    listeners: [
      { port: wish.port, target: { kind: 'hosts', hosts: { 'shop.localhost': 'shop/web' } }, tls: wish.tls ?? null },
    ],
    services: [
      {
        name: 'shop/web',
        hold: wish.hold ?? false,
        versions: [...versions].map((version) => ({
          version,
          build: `build of ${version}`,
          weight: weights[version] ?? 1,
        })),
        backends: wish.backends,
        ...wish.routing,
        ...wish.answers,
      },
    ],
    limits: wish.limits ?? {},
  });
}
