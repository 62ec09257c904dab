import { setTimeout as pause } from 'node:timers/promises';
import { askSite } from '@almanac/testkit';

/** What an application acknowledged that keeps it in the PostgreSQL of its site. */
export interface Orders {
  readonly placed: () => number;
  /** Orders that were acknowledged and are not there. */
  readonly missing: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/** Places orders in the sample, one after the other, until it is stopped. */
export function startOrders(port: number): Orders {
  const placed: string[] = [];
  let stopped = false;
  const ask = (path: string, json?: unknown) =>
    askSite({ application: 'orders', port, path, ...(json === undefined ? {} : { method: 'POST', json }) }).catch(
      () => undefined,
    );
  const running = (async () => {
    while (!stopped) {
      const answer = await ask('/orders', { productId: 'star-chart', quantity: 1 });
      if (answer?.status === 201) placed.push(JSON.parse(answer.body).id);
      await pause(answer?.status === 201 ? 30 : 100);
    }
  })();
  return {
    placed: () => placed.length,
    missing: async () => {
      const missing: string[] = [];
      for (const id of placed) {
        let answer = await ask(`/orders/${id}`);
        for (let looks = 0; looks < 100 && answer?.status !== 200 && answer?.status !== 404; looks += 1) {
          await pause(100);
          answer = await ask(`/orders/${id}`);
        }
        if (answer?.status !== 200) missing.push(`order ${id}: ${answer?.status ?? 'no answer'}`);
      }
      return missing;
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
