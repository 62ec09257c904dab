import { delimiter } from 'node:path';
import type { DesiredApplication, DesiredModule } from '@almanac/protocol';

export interface EnvironmentInput {
  /** Names of the site and its environment. */
  readonly site: string;
  readonly environment: string;
  readonly application: DesiredApplication;
  readonly module: DesiredModule;
  readonly port: number | null;
  /** Address under which the module itself is reached through the gateway. */
  readonly ownUrl: string | null;
  /** Address of each contract that the module consumes. */
  readonly contracts: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, string>>;
  readonly home: string;
  /** The folder of `node`. */
  readonly programs: string;
}

/** All of the environment of an instance or step: nothing of the agent's own is inherited. */
export function instanceEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  const { application, module } = input;
  const contracts = Object.entries(input.contracts).map(([name, url]) => [
    `${name.replaceAll('-', '_').toUpperCase()}_URL`,
    url,
  ]);
  return {
    PATH: searchPath(module.toolchain, input.programs),
    HOME: input.home,
    TMPDIR: input.home,
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    ...(input.port === null ? {} : { PORT: String(input.port) }),
    ...(input.ownUrl === null ? {} : { ALMANAC_URL: input.ownUrl }),
    ALMANAC_APPLICATION: application.application.name,
    ALMANAC_MODULE: module.name,
    ALMANAC_ENVIRONMENT: input.environment,
    ALMANAC_SITE: input.site,
    ALMANAC_BUILD: application.build,
    ALMANAC_VERSION: application.label,
    ...Object.fromEntries(contracts),
    ...application.settings,
    ...input.secrets,
    ...input.connections,
  };
}

/** The Node that runs the agent comes first, unless the module asks for the host's own programs. */
function searchPath(toolchain: string, programs: string): string {
  const host = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return toolchain === 'host' ? host : `${programs}${delimiter}${host}`;
}

const major = process.versions.node.split('.')[0];

/** The toolchains that can be had here, by every name that a manifest may give them. */
export const availableToolchains: readonly string[] = [
  'host',
  'node',
  `node@${major}`,
  `node@${process.versions.node}`,
];

/** Why a toolchain cannot be had here; undefined when it can. */
export function toolchainFault(toolchain: string): string | undefined {
  return availableToolchains.includes(toolchain)
    ? undefined
    : `the toolchain ${toolchain} is not available on this site; it has node@${major} and host`;
}
