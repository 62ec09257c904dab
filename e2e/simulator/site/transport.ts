import type { SiteId } from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { Connection, Network } from '../server/network.ts';
import type { ServerNode } from '../server/node.ts';
import type { World } from '../world.ts';
import type { DesiredStore } from './desired-store.ts';
import type { SignedDocument, SiteReport, ToSite } from './messages.ts';

/** Keeps one connection outward to the control plane: back again after every loss, with pauses that grow and differ. */
export interface Transport {
  /** What is reported: the newest level replaces an earlier one that was not sent yet. */
  readonly report: (report: SiteReport) => void;
  readonly isConnected: () => boolean;
  /** Takes a document that somebody on the way sends; says whether there is a connection. */
  readonly hear: (signed: SignedDocument) => boolean;
}

const silenceMs = 45_000;
const beatMs = 15_000;
const lookMs = 2000;
const longestPauseMs = 30_000;

export interface TransportInput {
  readonly world: World;
  readonly site: SiteId;
  readonly network: Network;
  readonly nodes: readonly ServerNode[];
  readonly desired: DesiredStore;
  readonly onDesired: () => void;
  readonly spawn: (work: Work) => void;
}

export function keepConnected(given: TransportInput): Transport {
  const { world, site, network, desired } = given;
  const now = () => world.kernel.now();
  let connection: Connection | undefined;
  let welcomed = false;
  let heardAt = 0;
  let sequence = 0;
  let latest: SiteReport | undefined;
  let sent = '';

  const sendReport = (evenIfSame: boolean) => {
    if (latest === undefined || !welcomed || connection === undefined) return;
    const text = JSON.stringify(latest);
    if (text === sent && (!evenIfSame || world.has('report-news-only'))) {
      if (evenIfSame) connection.toServer({ kind: 'alive' });
      return;
    }
    sent = text;
    sequence += 1;
    connection.toServer({ kind: 'report', sequence, report: latest });
  };

  function* take(message: ToSite): Work {
    if (message.kind === 'welcome') {
      welcomed = true;
      sendReport(true);
      given.onDesired();
    } else if (message.kind === 'desired' && (yield* desired.accept(message.signed))) given.onDesired();
  }

  /** What one connection brings is taken one after the other; what another one brings does not wait for it. */
  const createInbox = () => {
    const waiting: ToSite[] = [];
    let busy = false;
    function* workOff(): Work {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield* take(next);
      busy = false;
    }
    return (message: ToSite) => {
      waiting.push(message);
      if (busy) return;
      busy = true;
      given.spawn(workOff());
    };
  };

  function* live(node: ServerNode): Work {
    const own = network.connect(site, node.process);
    connection = own;
    heardAt = now();
    const receive = createInbox();
    own.onSite = (message) => {
      heardAt = now();
      receive(message);
    };
    node.accept(own);
    own.toServer({ kind: 'hello' });
    let nextBeat = now() + beatMs;
    while (own.isOpen() && now() - heardAt < silenceMs) {
      yield lookMs;
      if (now() < nextBeat) continue;
      sendReport(true);
      nextBeat = now() + beatMs;
    }
    own.close();
    welcomed = false;
  }

  function* keep(): Work {
    for (let failures = 0; ; failures += 1) {
      const node = network.cut.has(site)
        ? undefined
        : world.chance.pick(given.nodes.filter((each) => each.process.alive()));
      if (node !== undefined) {
        const before = now();
        yield* live(node);
        if (now() - before > silenceMs + lookMs) failures = 0;
      }
      const pause = Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 10));
      yield world.chance.between(Math.floor(pause / 2), pause);
    }
  }
  given.spawn(keep());
  return {
    hear: (signed) => {
      if (welcomed) connection?.onSite({ kind: 'desired', signed });
      return welcomed;
    },
    report: (report) => {
      latest = report;
      sendReport(false);
    },
    isConnected: () => welcomed && connection?.isOpen() === true && !network.cut.has(site),
  };
}
