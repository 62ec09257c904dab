import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { type GatewayConfig, gatewayConfig } from '@almanac/protocol/gateway';

/** The configuration that was in force last, so that a gateway that was killed serves again before its agent comes. */
export function readLastConfig(path: string): GatewayConfig | undefined {
  try {
    return gatewayConfig.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeLastConfig(path: string, config: GatewayConfig): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  writeSync(file, JSON.stringify(config));
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, path);
}
