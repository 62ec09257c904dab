/**
 * A connection that others asked for and that did not come about. The message is for them: it names the host that they
 * wrote, never an address that it resolves to. What the operating system said is the cause, for the log.
 */
export class OutboundFault extends Error {
  /** `refused` by the policy; `unreachable`; not complete in time; `too-large`. */
  readonly kind: 'refused' | 'unreachable' | 'timed-out' | 'too-large';

  constructor(kind: OutboundFault['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundFault';
    this.kind = kind;
  }
}
