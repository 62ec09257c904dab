interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes of one thing each that are done for many at once, in the order in which they came: what comes while a write
 * runs goes together into the next one. `write` gives one result for each item. Where several fail together each is
 * written by itself, so that one that cannot be written holds up no other.
 */
export function batchWrites<Item, Result>(input: {
  readonly most: number;
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
}): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = false;
  const writeTogether = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await input.write(batch.map((each) => each.item));
      for (const [index, each] of batch.entries()) each.resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const each of batch) await writeTogether([each]);
    }
  };
  const run = async (): Promise<void> => {
    // What comes in the same turn of the event loop is written together from the first time on.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await writeTogether(waiting.splice(0, input.most));
    running = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running) return;
      running = true;
      void run();
    });
}
