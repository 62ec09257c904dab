/** This machine cannot do what was asked; the message is one sentence that an operator understands. */
export class HostFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HostFault';
  }
}
