import { gatewayConfig, gatewayStats } from '@almanac/protocol/gateway';
import { z } from 'zod';

/** What a gateway tells the one that takes over from it, on the channel between them. */
export const fromPredecessor = z.discriminatedUnion('kind', [
  /** Comes with a listening socket. */
  z.object({ kind: z.literal('listener'), key: z.string() }),
  /** All sockets were given; `config` is what is in force. */
  z.object({ kind: z.literal('begin'), config: gatewayConfig.nullable(), stats: gatewayStats }),
  /** The answer to a question. */
  z.object({ kind: z.literal('stats'), question: z.int(), stats: gatewayStats }),
  /** Its last request ended; these are its last numbers. */
  z.object({ kind: z.literal('ended'), stats: gatewayStats }),
]);
export type FromPredecessor = z.output<typeof fromPredecessor>;

/** What the one that takes over says. */
export const fromSuccessor = z.discriminatedUnion('kind', [
  /** It listens to messages. */
  z.object({ kind: z.literal('awake') }),
  /** It serves: the other one may leave. */
  z.object({ kind: z.literal('ready') }),
  /** Asks for the numbers, after a configuration was taken over if there is one. */
  z.object({ kind: z.literal('question'), question: z.int(), config: gatewayConfig.optional() }),
]);
export type FromSuccessor = z.output<typeof fromSuccessor>;
