import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { GatewayCertificate } from '@almanac/protocol/gateway';

/** Certificates that were renewed are in use within so long. */
const lookEveryMs = 5000;

/** A certificate with its key, as TLS takes them. */
export interface Pem {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateEvents {
  /** Why a certificate cannot be used; undefined once all can. */
  readonly onFault: (fault: string | undefined) => void;
  /** The certificate for whoever names no host. */
  readonly onFirst: (first: Pem) => void;
}

interface Loaded {
  readonly wanted: GatewayCertificate;
  readonly pem: Pem;
  readonly context: SecureContext;
  readonly stamp: string;
}

/** The certificates of a listener, by the host name that a client asks for; read again when their files change. */
export class Certificates {
  #wanted: readonly GatewayCertificate[] = [];
  #loaded: readonly Loaded[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #events: CertificateEvents;

  constructor(events: CertificateEvents) {
    this.#events = events;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  configure(wanted: readonly GatewayCertificate[]): void {
    this.#wanted = wanted;
    this.#look();
  }

  /** The first one for an unknown host; undefined when none could be read. */
  contextFor(name: string): SecureContext | undefined {
    const asked = name.toLowerCase();
    const named = this.#loaded.find(({ wanted }) => wanted.names.some((each) => covers(each.toLowerCase(), asked)));
    return (named ?? this.#loaded[0])?.context;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One that cannot be read stays what it was: a renewal that is half written must not end what works. */
  #look(): void {
    const faults: string[] = [];
    const loaded = this.#wanted.flatMap((wanted) => {
      const earlier = this.#loaded.find((each) => sameFiles(each.wanted, wanted));
      try {
        const stamp = stampOf(wanted);
        return earlier?.stamp === stamp ? [{ ...earlier, wanted }] : [{ wanted, stamp, ...read(wanted) }];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        faults.push(`the certificate ${wanted.certificateFile} cannot be used: ${reason}`);
        return earlier === undefined ? [] : [{ ...earlier, wanted }];
      }
    });
    const [first] = loaded;
    if (first !== undefined && first.pem !== this.#loaded[0]?.pem) this.#events.onFirst(first.pem);
    this.#loaded = loaded;
    this.#events.onFault(faults.length === 0 ? undefined : faults.join('; '));
  }
}

function read({ certificateFile, keyFile }: GatewayCertificate): Pick<Loaded, 'pem' | 'context'> {
  const pem = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  return { pem, context: createSecureContext({ ...pem, minVersion: 'TLSv1.2' }) };
}

function stampOf({ certificateFile, keyFile }: GatewayCertificate): string {
  return [certificateFile, keyFile]
    .map((file) => statSync(file, { bigint: true }))
    .map(({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`)
    .join(', ');
}

function sameFiles(one: GatewayCertificate, other: GatewayCertificate): boolean {
  return one.certificateFile === other.certificateFile && one.keyFile === other.keyFile;
}

/** A star stands for one label, the first (RFC 9525, section 6.3). */
function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === pattern.slice(1);
}
