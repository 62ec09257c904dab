import { describe, expect, it } from 'vitest';
import { createGate, type Place } from './gate.ts';

const limits = { atWork: 2, waiting: 2, patience: 60_000 };

/** Work that goes on until it is told to end. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: began, resolve: begin } = Promise.withResolvers<Place>();
  return {
    began,
    end: resolve,
    run: async (place: Place) => {
      begin(place);
      await promise;
    },
  };
}

describe('the gate', () => {
  it('lets requests work up to its limit, lets some wait, and refuses what is above that at once', async () => {
    const gate = createGate(limits);
    const works = [work(), work(), work(), work()];
    const passed = works.map((each) => gate.pass(each.run));
    await works[1]?.began;

    expect(gate.counts()).toEqual({ atWork: 2, waiting: 2, refused: 0 });
    await expect(gate.pass(async () => undefined)).rejects.toMatchObject({ refusal: { code: 'overloaded' } });

    for (const each of works) each.end();
    await Promise.all(passed);
    expect(gate.counts()).toEqual({ atWork: 0, waiting: 0, refused: 1 });
  });

  it('gives a place to whoever waits longest, also when the work before failed', async () => {
    const gate = createGate({ ...limits, atWork: 1 });
    const order: string[] = [];
    const first = work();
    const failing = gate.pass(async (place) => {
      await first.run(place);
      throw new Error('it failed');
    });
    const waiting = ['second', 'third'].map((name) => gate.pass(async () => void order.push(name)));
    await first.began;

    first.end();

    await expect(failing).rejects.toThrow('it failed');
    await Promise.all(waiting);
    expect(order).toEqual(['second', 'third']);
  });

  it('refuses what waited as long as its patience goes', async () => {
    const gate = createGate({ atWork: 1, waiting: 2, patience: 1 });
    const busy = work();
    const passed = gate.pass(busy.run);

    await expect(gate.pass(async () => undefined)).rejects.toMatchObject({ refusal: { code: 'overloaded' } });
    expect(gate.counts()).toEqual({ atWork: 1, waiting: 0, refused: 1 });

    busy.end();
    await passed;
  });

  it('takes no place for a request that only waits for news, and never refuses it when they come', async () => {
    const gate = createGate({ atWork: 1, waiting: 0, patience: 1 });
    const news = work();
    const watcher = gate.pass(async ({ aside }) => {
      await aside(() => news.run({ aside }));
      return 'told';
    });
    await news.began;

    const busy = work();
    const passed = gate.pass(busy.run);
    await busy.began;
    expect(gate.counts()).toMatchObject({ atWork: 1 });
    news.end();
    busy.end();

    await passed;
    await expect(watcher).resolves.toBe('told');
    expect(gate.counts()).toEqual({ atWork: 0, waiting: 0, refused: 0 });
  });
});
