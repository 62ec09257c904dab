import type { IncomingHttpHeaders } from 'node:http';
import type { Stream } from 'node:stream';
import {
  type GatewayService,
  type GatewayServiceStats,
  type GatewayVersion,
  RequestCounters,
} from '@almanac/protocol/gateway';
import { type Backend, drain, keepOrOpen } from './backends/backend.ts';
import { Balance } from './balance.ts';
import { setCookie } from './cookies.ts';
import { Mirror } from './mirror.ts';
import { noHeaders, type OwnHeaders, ownHeaders } from './own-headers.ts';
import { decidedVersion, type Routing } from './routing.ts';

/** One version of a service, with those of its backends that take requests. */
interface Version extends GatewayVersion {
  readonly active: readonly Backend[];
}

interface Waiting {
  readonly headers: IncomingHttpHeaders;
  readonly give: (backend: Backend | undefined) => void;
}

export interface HoldLimits {
  readonly holdSeconds: number;
  readonly holdRequests: number;
}

const mostSaid = 100;

/** One routed module: its versions and their backends, who waits for one, and what was counted. */
export class Service {
  readonly name: string;
  readonly mirror = new Mirror();
  /** Whether browsers report here what a policy of this service did not allow. */
  collectsReports = false;
  readonly #counters = new RequestCounters();
  #backends: Backend[] = [];
  #versions: Version[] = [];
  #routing: Routing = { rules: [], spread: null, sticky: null };
  /** Whether anything but weights decides. */
  #routed = false;
  /** Gone from the configuration, with requests that still run. */
  readonly #leaving = new Set<Backend>();
  #hold = false;
  #limits: HoldLimits = { holdSeconds: 30, holdRequests: 1000 };
  readonly #said = new Set<string>();
  readonly #balance = new Balance();
  readonly #waiting = new Set<Waiting>();
  #own: { readonly tls: OwnHeaders; readonly plain: OwnHeaders } = { tls: noHeaders, plain: noHeaders };

  constructor(name: string) {
    this.name = name;
  }

  /** Takes a configuration over; requests that run are not disturbed, and those that wait go on if they can. */
  configure(wanted: GatewayService, limits: HoldLimits): void {
    const earlier = new Map(this.#backends.map((each) => [each.instance, each]));
    const builds = new Map(wanted.versions.map((each) => [each.version, each.build]));
    this.#backends = wanted.backends.map((each) =>
      keepOrOpen(earlier.get(each.instance), { ...each, build: builds.get(each.version) ?? '' }),
    );
    for (const backend of this.#backends) earlier.delete(backend.instance);
    for (const backend of earlier.values()) this.#leave(backend);
    this.#setVersions(wanted.versions);
    this.#routing = wanted;
    this.#routed = wanted.rules.length > 0 || wanted.spread !== null || wanted.sticky !== null;
    this.mirror.configure(
      wanted.mirror,
      this.#versions.find((each) => each.version === wanted.mirror?.version) ?? null,
    );
    this.#own = { tls: ownHeaders(wanted.headers, 'tls'), plain: ownHeaders(wanted.headers, 'plain') };
    this.collectsReports = wanted.collectsReports;
    this.#hold = wanted.hold;
    this.#limits = limits;
    this.#said.clear();
    this.#release();
  }

  /** Takes no new request any more. */
  close(): void {
    for (const backend of this.#backends) this.#leave(backend);
    this.#backends = [];
    this.#setVersions([]);
    this.mirror.configure(null, null);
    this.#hold = false;
    this.#release();
  }

  /** A backend for a request, at once; undefined when none can take it now. */
  choose(headers: IncomingHttpHeaders, except?: Backend): Backend | undefined {
    const versions = except === undefined ? this.#versions : without(this.#versions, except);
    const decided = this.#routed ? decidedVersion(this.#routing, headers, versions.filter(isOpen)) : undefined;
    const version =
      decided === undefined ? this.#balance.nextVersion(versions) : versions.find((each) => each.version === decided);
    const backend = version === undefined ? undefined : this.#balance.leastLoaded(version.active);
    if (backend !== undefined) backend.inFlight += 1;
    return backend;
  }

  /** The Set-Cookie by which a client stays with the version that weights gave it; undefined where none is due. */
  cookieFor(headers: IncomingHttpHeaders, backend: Backend, secure: boolean): string | undefined {
    const { sticky } = this.#routing;
    if (sticky === null) return undefined;
    if (decidedVersion(this.#routing, headers, this.#versions.filter(isOpen)) !== undefined) return undefined;
    return setCookie({ name: sticky.cookie, value: backend.version, seconds: sticky.seconds, secure });
  }

  /** What an answer carries beside what its backend sends. */
  headersOver(secure: boolean): OwnHeaders {
    return secure ? this.#own.tls : this.#own.plain;
  }

  /** A backend for a request that found none, as soon as there is one; undefined when it is not to wait any longer. */
  wait(headers: IncomingHttpHeaders, asker: Stream): Promise<Backend | undefined> {
    if (!this.#hold || this.#waiting.size >= this.#limits.holdRequests) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const entry: Waiting = {
        headers,
        give: (backend) => {
          clearTimeout(timer);
          asker.off('close', gone);
          this.#waiting.delete(entry);
          resolve(backend);
        },
      };
      const gone = () => entry.give(undefined);
      const timer = setTimeout(gone, this.#limits.holdSeconds * 1000);
      asker.once('close', gone);
      this.#waiting.add(entry);
    });
  }

  /** A request that was given a backend has ended. */
  release(backend: Backend): void {
    backend.inFlight -= 1;
    if (backend.inFlight === 0) this.#leaving.delete(backend);
  }

  count(backend: Backend, status: number, milliseconds: number): void {
    const { version, build } = backend;
    this.#counters.count({ version, build, status, milliseconds });
  }

  /** Whether nobody has said so since the last configuration: what happens with each request is said once. */
  isNews(words: string): boolean {
    const isNews = !this.#said.has(words) && this.#said.size < mostSaid;
    if (isNews) this.#said.add(words);
    return isNews;
  }

  stats(): Omit<GatewayServiceStats, 'violations'> {
    return {
      name: this.name,
      held: this.#waiting.size,
      versions: this.#counters.list(),
      mirrored: this.mirror.stats(),
      backends: [...this.#backends, ...this.#leaving].map(({ instance, inFlight, upgraded, pool }) => ({
        instance,
        inFlight,
        upgraded,
        connections: pool.connections,
      })),
    };
  }

  #setVersions(wanted: readonly GatewayVersion[]): void {
    for (const { version } of this.#versions)
      if (!wanted.some((each) => each.version === version)) this.#balance.forget(version);
    this.#versions = wanted.map((each) => ({
      ...each,
      active: this.#backends.filter((backend) => backend.version === each.version && backend.state === 'active'),
    }));
  }

  #leave(backend: Backend): void {
    drain(backend);
    if (backend.inFlight > 0) this.#leaving.add(backend);
  }

  #release(): void {
    for (const entry of [...this.#waiting]) {
      const backend = this.choose(entry.headers);
      if (backend !== undefined) entry.give(backend);
      else if (!this.#hold) entry.give(undefined);
    }
  }
}

const isOpen = (version: Version): boolean => version.active.length > 0;

function without(versions: readonly Version[], backend: Backend): readonly Version[] {
  return versions.map((each) => ({ ...each, active: each.active.filter((other) => other !== backend) }));
}
