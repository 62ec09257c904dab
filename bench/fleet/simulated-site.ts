import { type KeyObject, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText, verifyText } from '@almanac/host';
import {
  type AgentMessage,
  agentProtocol,
  type DesiredState,
  desiredState,
  type ReportedApplication,
  serverMessage,
} from '@almanac/protocol';
import { WebSocket } from 'ws';

/** As agents do: see `transport/connect.ts` there. */
const shortestPause = 500;
const longestPause = 30_000;
const reportEveryMs = 15_000;
const silenceMs = 45_000;
/** The fake runtime takes from a half to one and a half of this to bring a build up. */
const workMs = 1000;

/** One agent without a runtime: the real protocol with its signatures, and nothing that is started. */
export class SimulatedSite {
  readonly id: string = randomUUID();
  readonly signingKey: string;
  readonly sealingKey: string;
  readonly #key: KeyObject;
  readonly #address: URL;
  #socket: WebSocket | undefined;
  #failures = 0;
  #sequence = 0;
  #desired: DesiredState | undefined;
  #serverKeys: ReadonlyMap<string, string> = new Map();
  readonly #applications = new Map<string, ReportedApplication>();
  #notice = 'simulated';
  welcomed = false;
  /** Reports of which the server said that it has them. */
  reportsSeen = 0;

  constructor(server: string) {
    const pem = newPrivateKey('Ed25519');
    this.#key = privateKeyFromPem(pem);
    this.signingKey = rawPublicKey(this.#key);
    this.sealingKey = rawPublicKey(privateKeyFromPem(newPrivateKey('X25519')));
    this.#address = new URL(agentProtocol.path, server);
    this.#address.protocol = 'ws:';
    // Beats are spread over time, as those of agents are that started at different moments.
    setTimeout(() => setInterval(() => this.#report(), reportEveryMs), Math.random() * reportEveryMs);
  }

  connect(): void {
    const socket = new WebSocket(this.#address, { handshakeTimeout: 10_000 });
    this.#socket = socket;
    let silence = setTimeout(() => socket.terminate(), silenceMs);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), silenceMs);
    };
    socket.on('ping', heard);
    socket.on('message', (data) => {
      heard();
      this.#take(String(data));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(silence);
      this.welcomed = false;
      this.#failures += 1;
      const wait = Math.min(longestPause, shortestPause * 2 ** Math.min(this.#failures - 1, 10));
      setTimeout(() => this.connect(), wait / 2 + (Math.random() * wait) / 2);
    });
  }

  /** Something that a report tells and no document asked for. */
  note(notice: string): void {
    this.#notice = notice;
    this.#report();
  }

  #take(text: string): void {
    const message = serverMessage.parse(JSON.parse(text));
    if (message.kind === 'challenge')
      this.#send({
        kind: 'hello',
        site: this.id as never,
        agentVersion: 'simulated',
        protocolVersion: agentProtocol.version,
        signature: signText(`almanac-agent-hello:${this.id}:${message.nonce}`, this.#key),
        incarnation: this.#desired?.incarnation ?? 0,
        generation: this.#desired?.generation ?? 0,
      });
    else if (message.kind === 'welcome') {
      this.welcomed = true;
      this.#failures = 0;
      this.#sequence = 0;
      this.#serverKeys = new Map(message.serverKeys.map((each) => [each.keyId, each.publicKey]));
      this.#report();
    } else if (message.kind === 'desired') {
      const { payload, keyId, signature } = message.document;
      const publicKey = this.#serverKeys.get(keyId);
      if (publicKey === undefined || !verifyText({ text: payload, signature, publicKey }))
        throw new Error('a document was not signed by the server');
      const state = desiredState.parse(JSON.parse(payload));
      if (state.generation <= (this.#desired?.generation ?? 0)) return;
      this.#desired = state;
      void this.#converge(state);
    } else if (message.kind === 'report-seen') this.reportsSeen += 1;
    else if (message.kind === 'reconcile') this.#send({ kind: 'reconciled', id: message.id, files: 0 });
  }

  /** What a runtime would do takes a while, and ends well. */
  async #converge(state: DesiredState): Promise<void> {
    const told = () => this.#desired === state;
    const healthy = new Set(
      [...this.#applications.values()].flatMap((each) => (each.phase === 'healthy' ? each.operation : [])),
    );
    const wanted = state.applications;
    this.#applications.clear();
    for (const each of wanted)
      this.#put(each, each.stageOnly ? 'staged' : healthy.has(each.operation) ? 'healthy' : 'progressing');
    this.#report();
    if (![...this.#applications.values()].some((each) => each.phase === 'progressing')) return;
    await pause(workMs / 2 + Math.random() * workMs);
    if (!told()) return;
    for (const each of wanted) if (!each.stageOnly) this.#put(each, 'healthy');
    this.#report();
  }

  #put(each: DesiredState['applications'][number], phase: ReportedApplication['phase']): void {
    this.#applications.set(`${each.application.id} ${each.operation}`, {
      application: each.application,
      operation: each.operation,
      phase,
      message: null,
      running: phase === 'healthy' ? each.build : null,
      progress: null,
      modules: each.modules.map((module) => ({ name: module.name, port: null, instances: [] })),
      steps: [],
      drift: null,
      violations: null,
      hold: null,
      rollout: null,
      traffic: [],
    });
  }

  #report(): void {
    if (!this.welcomed) return;
    this.#sequence += 1;
    this.#send({
      kind: 'report',
      report: {
        incarnation: this.#desired?.incarnation ?? 0,
        generation: this.#desired?.generation ?? 0,
        sequence: this.#sequence,
        at: new Date().toISOString(),
        applications: [...this.#applications.values()],
        gateway: { state: 'serving', frontPort: null, message: null },
        notices: [this.#notice],
        capabilities: { toolchains: ['node'], connections: [], strategies: ['recreate', 'rolling'] },
        disk: { freeBytes: 1e10 + Math.round(Math.random() * 1e6), usedBytes: 1e9 },
      },
    });
  }

  #send(message: AgentMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
