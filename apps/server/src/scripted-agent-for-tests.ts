import type { KeyObject } from 'node:crypto';
import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText } from '@almanac/host';
import {
  agentProtocol,
  type DesiredState,
  desiredState,
  type ReportedApplication,
  type ReportedRollout,
  serverMessage,
} from '@almanac/protocol';
import type { ServerForTests } from './server-for-tests.ts';

/** An agent that says what tests tell it to; its keys and its connection are real. */
export interface ScriptedAgent {
  readonly site: string;
  /** With it the agent proves who it is. */
  readonly key: KeyObject;
  /** With it the agent reads artifacts. */
  readonly artifactToken: string;
  /** The newest desired state that it was told, once one satisfies; fails after ten seconds. */
  readonly told: (enough: (state: DesiredState) => boolean) => Promise<DesiredState>;
  /** Reports its applications, and ends when that was stored. */
  readonly report: (applications: readonly ReportedApplication[]) => Promise<void>;
  /** Resolves once its connection ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

const patienceMs = 10_000;

/** Enrols the agent of a site and connects it, to another server of the same installation where one is given. */
export async function connectAgent(
  tests: ServerForTests,
  token: string,
  server = tests.server.url,
): Promise<ScriptedAgent> {
  const key = privateKeyFromPem(newPrivateKey('Ed25519'));
  const { body } = await tests.send('POST /agents/enrol', {
    as: null,
    body: {
      token,
      agentVersion: '0.0.0',
      protocolVersion: agentProtocol.version,
      signingKey: rawPublicKey(key),
      sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
      host: { hostname: 'scripted', platform: 'linux', architecture: 'x64' },
    },
  });
  const site: string = body.site.id;
  const socket = new WebSocket(`${server.replace('http', 'ws')}${agentProtocol.path}`);
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const ended = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  const listeners = new Set<() => void>();
  let newest: DesiredState | undefined;
  let seen = 0;
  let artifactToken: string | undefined;
  socket.addEventListener('message', ({ data }) => {
    const message = serverMessage.parse(JSON.parse(String(data)));
    if (message.kind === 'challenge') send(helloOf({ site, key, nonce: message.nonce }));
    if (message.kind === 'welcome') artifactToken = message.artifactToken;
    if (message.kind === 'desired') newest = desiredState.parse(JSON.parse(message.document.payload));
    if (message.kind === 'report-seen') seen = message.sequence;
    for (const listener of listeners) listener();
  });
  const until = <Found>(find: () => Found | undefined, what: string) =>
    new Promise<Found>((resolve, reject) => {
      const timer = setTimeout(() => end(() => reject(new Error(`${what} did not come`))), patienceMs);
      const look = () => {
        const found = find();
        if (found !== undefined) end(() => resolve(found));
      };
      const end = (then: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        then();
      };
      listeners.add(look);
      look();
    });
  const given = await until(() => artifactToken, 'a welcome');
  let sequence = 0;
  return {
    site,
    key,
    artifactToken: given,
    told: (enough) =>
      until(() => (newest !== undefined && enough(newest) ? newest : undefined), 'such a desired state'),
    report: async (applications) => {
      sequence += 1;
      const own = sequence;
      send({
        kind: 'report',
        report: {
          incarnation: newest?.incarnation ?? 0,
          generation: newest?.generation ?? 0,
          sequence,
          at: new Date(0).toISOString(),
          applications,
          gateway: { state: 'serving', frontPort: 8080, message: null },
          notices: [],
          disk: { freeBytes: 1, usedBytes: 0 },
        },
      });
      await until(() => (seen >= own ? true : undefined), 'the receipt of a report');
    },
    ended,
    close: () => socket.close(),
  };
}

interface Named {
  readonly site: string;
  readonly key: KeyObject;
}

function helloOf({ site, key, nonce }: Named & { readonly nonce: string }) {
  return {
    kind: 'hello',
    site,
    agentVersion: '0.0.0',
    protocolVersion: agentProtocol.version,
    signature: signText(`almanac-agent-hello:${site}:${nonce}`, key),
    incarnation: 0,
    generation: 0,
  };
}

/** The kind of what a server says to an agent that comes with a key. */
export async function greetingOf(server: string, agent: Named): Promise<string> {
  const socket = new WebSocket(new URL(agentProtocol.path, server.replace('http', 'ws')));
  try {
    return await new Promise((resolve, reject) => {
      socket.addEventListener('close', () => reject(new Error('it was closed without a word')));
      socket.addEventListener('message', ({ data }) => {
        const message = serverMessage.parse(JSON.parse(String(data)));
        if (message.kind === 'challenge') socket.send(JSON.stringify(helloOf({ ...agent, nonce: message.nonce })));
        else resolve(message.kind);
      });
    });
  } finally {
    socket.close();
  }
}

/** What an agent says of an application that it was told of. */
export function reportedApplication(
  wanted: DesiredState['applications'][number],
  other: Partial<ReportedApplication> = {},
): ReportedApplication {
  return {
    application: wanted.application,
    operation: wanted.operation,
    phase: 'healthy',
    message: null,
    running: wanted.build,
    progress: null,
    modules: [],
    steps: [],
    hold: null,
    rollout: null,
    drift: null,
    violations: null,
    traffic: [],
    ...other,
  };
}

/** At ten per cent, an analysis before all. */
export function reportedRollout(
  wanted: DesiredState['applications'][number],
  other: Partial<ReportedRollout> = {},
): ReportedRollout {
  return {
    operation: wanted.operation,
    strategy: 'canary',
    steps: [
      { kind: 'weight', words: '10 % of the requests' },
      { kind: 'analyse', words: 'analysis' },
      { kind: 'weight', words: 'all requests' },
    ],
    step: 1,
    since: new Date(0).toISOString(),
    weight: 10,
    baselineWeight: 0,
    candidate: wanted.build,
    stable: wanted.build,
    hold: null,
    decides: wanted.decides,
    promoted: false,
    warmUntil: null,
    commanded: 0,
    analyses: [],
    curves: { candidate: [], stable: [], baseline: [] },
    ...other,
  };
}
