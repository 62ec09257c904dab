import { describe } from 'vitest';
import { answersContract } from './answers.contract.ts';
import { clientsContract } from './clients.contract.ts';
import { drainingContract } from './draining.contract.ts';
import { framingContract } from './framing.contract.ts';
import { headersContract } from './headers.contract.ts';
import { routingContract } from './routing.contract.ts';
import { type DataPlaneKind, stageFor } from './stage.ts';
import { streamsContract } from './streams.contract.ts';
import { tlsContract } from './tls.contract.ts';
import { upgradesContract } from './upgrades.contract.ts';

/** What every data plane must show, told as tests: the same suite for each. */
export function describeDataPlane(kind: DataPlaneKind): void {
  describe(kind.name, () => {
    const stage = stageFor(kind);
    routingContract(stage);
    drainingContract(stage);
    streamsContract(stage);
    upgradesContract(stage);
    framingContract(stage);
    answersContract(stage);
    clientsContract(stage);
    tlsContract(stage);
    headersContract(stage);
  });
}
