import type { Server, Socket } from 'node:net';

/** A listening socket of another process. Node accepts on it as soon as it arrives: whoever comes early waits here. */
export class InheritedSocket {
  readonly #server: Server;
  readonly #early: Socket[] = [];
  readonly #keep = (socket: Socket) => this.#early.push(socket);

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', this.#keep);
  }

  /** Lets a server go on with it. */
  giveTo(server: Server): void {
    server.listen(this.#server, () => {
      this.#server.off('connection', this.#keep);
      // As a server does with its own.
      for (const socket of this.#early.splice(0)) server.emit('connection', socket.setNoDelay(true).setKeepAlive(true));
    });
  }
}
