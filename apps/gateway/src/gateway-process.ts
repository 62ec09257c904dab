import type { ChildProcess } from 'node:child_process';
import type { Server } from 'node:http';
import type { GatewayConfig, GatewayStats, GatewaySuccessor } from '@almanac/protocol/gateway';
import type { Logger } from 'pino';
import { serveControl } from './control.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { handOver, sayLast } from './hand-over.ts';
import { readLastConfig, writeLastConfig } from './last-config.ts';
import { type Inheritance, type Predecessor, takeOver } from './predecessor.ts';
import { sumStats } from './sum-stats.ts';

export interface ProcessOptions {
  readonly control: string;
  readonly state: string;
  readonly program: string;
  readonly log: Logger;
}

/** How long requests may take that run when the gateway is told to stop, or when another one took over. */
const graceMs = 30_000;
const lingerMs = 10 * 60_000;

/** The gateway as a process: with a control socket, a memory of its configuration, and a place in a succession. */
export class GatewayProcess {
  readonly #options: ProcessOptions;
  readonly #gateway: Gateway;
  readonly #predecessor: Predecessor | undefined;
  #config: GatewayConfig | undefined;
  #control: Server | undefined;
  /** `handing`: a successor is being started; `left`: it serves, and we end what runs here. */
  #state: 'serving' | 'handing' | 'left' | 'stopping' = 'serving';

  static async start(options: ProcessOptions): Promise<GatewayProcess> {
    const inherited = await takeOver();
    const config = inherited === undefined ? readLastConfig(options.state) : (inherited.config ?? undefined);
    const own = new GatewayProcess(options, inherited, config);
    const commands = {
      program: options.program,
      apply: (wanted: GatewayConfig) => own.#apply(wanted),
      stats: () => own.#stats(),
      handOver: (successor: GatewaySuccessor) => own.#handOver(successor),
    };
    // Nothing is served before the socket is there: two gateways of a site must not share its ports.
    own.#control = await serveControl({ path: options.control, commands, takesOver: inherited !== undefined });
    if (config !== undefined) own.#gateway.apply(config);
    inherited?.predecessor.ready();
    options.log.info({ revision: config?.revision ?? 0, takesOver: inherited !== undefined }, 'gateway ready');
    return own;
  }

  private constructor(options: ProcessOptions, inherited: Inheritance | undefined, config: GatewayConfig | undefined) {
    this.#options = options;
    this.#config = config;
    this.#predecessor = inherited?.predecessor;
    this.#gateway = createGateway(options.log, inherited?.listeners);
  }

  /** Lets requests end that run, and then the process. */
  async stop(): Promise<void> {
    if (this.#state === 'stopping') return;
    // The control socket is the successor's by now, if there is one.
    if (this.#state !== 'left') {
      this.#control?.close();
      this.#control?.closeAllConnections();
    }
    this.#state = 'stopping';
    await this.#gateway.close(graceMs);
    process.exit(0);
  }

  async #apply(config: GatewayConfig): Promise<boolean> {
    if (this.#state === 'handing') throw new Error('another program is taking over; ask that one');
    if (!this.#gateway.apply(config)) return false;
    this.#config = config;
    writeLastConfig(this.#options.state, config);
    // What drains here has to drain there before anybody is told that it does.
    if (this.#predecessor?.lives() === true) await this.#predecessor.follow(config);
    return true;
  }

  async #stats(): Promise<GatewayStats> {
    const own = this.#gateway.stats();
    return this.#predecessor === undefined ? own : sumStats(own, await this.#predecessor.stats());
  }

  /** @throws {Error} when nobody took over; this gateway serves on then */
  async #handOver({ command, program }: GatewaySuccessor): Promise<number> {
    if (this.#state !== 'serving') throw new Error('another program is taking over already');
    if (this.#predecessor?.lives() === true) throw new Error('the program before this one still ends its requests');
    this.#state = 'handing';
    const { control, state, log } = this.#options;
    const args = ['--control', control, '--state', state, '--program', program];
    try {
      const child = await handOver({
        gateway: this.#gateway,
        stats: () => this.#stats(),
        config: this.#config,
        command: [...command, ...args],
      });
      this.#state = 'left';
      log.info({ successor: child.pid }, 'another program took over; requests that run here end here');
      child.once('disconnect', () => void this.stop());
      void this.#leave(child);
      return child.pid ?? 0;
    } catch (error) {
      this.#state = 'serving';
      log.error({ err: error }, 'nobody took over');
      throw error;
    }
  }

  /** Ends what runs here, while the successor serves what is new. */
  async #leave(successor: ChildProcess): Promise<void> {
    await this.#gateway.leave(lingerMs);
    await sayLast(successor, await this.#stats());
    process.exit(0);
  }
}
