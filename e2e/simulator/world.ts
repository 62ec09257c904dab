import type { Id } from '@almanac/domain';
import type { Watch } from './check/watch.ts';
import type { Database } from './database/database.ts';
import type { Estate } from './estate/estate.ts';
import type { Chance } from './kernel/chance.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Story } from './kernel/story.ts';
import type { Mutant } from './mutants.ts';
import type { Weather } from './server/network.ts';
import type { Nature } from './site/nature.ts';

/** What every part of a simulated estate works with. */
export interface World {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly story: Story;
  readonly estate: Estate;
  readonly database: Database;
  /** Told of everything that happens, and remembers it whatever dies; ends the run where a rule is broken. */
  readonly watch: Watch;
  readonly nature: Nature;
  /** How badly messages fare. */
  readonly weather: Weather;
  readonly newId: <Kind extends string>(kind: Kind) => Id<Kind>;
  /** Whether this bug is planted in this run. */
  readonly has: (mutant: Mutant) => boolean;
}
