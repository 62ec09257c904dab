import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { GatewayConfig, GatewayServiceStats, GatewayStats } from '@almanac/protocol/gateway';
import { afterEach, beforeEach } from 'vitest';
import { freePorts } from '../free-ports.ts';
import { waitUntil } from '../wait-until.ts';
import { canConnect } from './ask.ts';
import { aConfig, type ConfigWish } from './config.ts';
import { type Program, startProgram } from './program.ts';

/** What passes requests on, whoever made it. */
export interface DataPlane {
  /** Resolves when the configuration is in force. */
  readonly apply: (config: GatewayConfig) => Promise<void>;
  readonly stats: () => Promise<GatewayStats>;
  readonly stop: () => Promise<void>;
}

/** What not every data plane can. */
export type DataPlaneSkill = 'mirrors' | 'forgets-who-waits' | 'ends-silent-bodies' | 'refuses-zero-bytes';

export interface DataPlaneKind {
  readonly name: string;
  readonly start: () => Promise<DataPlane>;
  readonly lacks: readonly DataPlaneSkill[];
}

/** A data plane of a test, with programs behind it; made anew for each test. */
export class Stage {
  port = 0;
  readonly #kind: DataPlaneKind;
  #plane: DataPlane | undefined;
  #programs: Pick<Program, 'close'>[] = [];
  #revision = 0;

  constructor(kind: DataPlaneKind) {
    this.#kind = kind;
  }

  /** Known before a test runs, to leave it out. */
  lacks(skill: DataPlaneSkill): boolean {
    return this.#kind.lacks.includes(skill);
  }

  get plane(): DataPlane {
    if (this.#plane === undefined) throw new Error('no test runs');
    return this.#plane;
  }

  async set(): Promise<void> {
    this.port = await freePorts(1);
    this.#plane = await this.#kind.start();
    this.#programs = [];
    this.#revision = 0;
  }

  async clear(): Promise<void> {
    await this.plane.stop();
    await Promise.all(this.#programs.map((each) => each.close()));
  }

  /** Takes a configuration over, and waits until its listener is open. */
  async apply(wish: Omit<ConfigWish, 'port' | 'revision'>): Promise<void> {
    this.#revision += 1;
    await this.plane.apply(aConfig({ port: this.port, revision: this.#revision, ...wish }));
    await waitUntil('the listener', () => canConnect(this.port), 5);
  }

  async program(handler: RequestListener): Promise<Program> {
    const started = await startProgram(handler);
    this.#programs.push(started);
    return started;
  }

  keep<Kept extends Pick<Program, 'close'>>(program: Kept): Kept {
    this.#programs.push(program);
    return program;
  }

  says(words: string): Promise<Program> {
    return this.program((_request, response) => response.end(words));
  }

  /** Answers when it is told to. */
  async patient(words: string) {
    const waiting: ServerResponse[] = [];
    const { port } = await this.program((_request, response) => waiting.push(response));
    return { port, waiting, answer: () => waiting.shift()?.end(words) };
  }

  /** Keeps what came behind the body of each request, and answers when it is over. */
  async curious() {
    const trailers: IncomingMessage['trailers'][] = [];
    const { port } = await this.program((incoming, response) => {
      incoming.resume().on('end', () => {
        trailers.push(incoming.trailers);
        response.end();
      });
    });
    return { port, trailers };
  }

  async stats(): Promise<GatewayServiceStats> {
    const [service] = (await this.plane.stats()).services;
    if (service === undefined) throw new Error('no service');
    return service;
  }
}

/** The stage of a suite, set anew for each of its tests: called once, or each test starts as many data planes. */
export function stageFor(kind: DataPlaneKind): Stage {
  const stage = new Stage(kind);
  beforeEach(() => stage.set());
  afterEach(() => stage.clear());
  return stage;
}
