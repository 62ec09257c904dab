import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes a minute or more: begun last, it would run alone while the other processor rests. */
const longest = [
  'apps/agent/src/traffic/haproxy/haproxy.contract.test.ts',
  'apps/server/src/notifications.integration.test.ts',
  'apps/server/src/main.integration.test.ts',
  'e2e/browser-surface.journey.test.ts',
  'e2e/signing-keys.journey.test.ts',
  'e2e/site-faults.journey.test.ts',
  'e2e/simulator.journey.test.ts',
];

/**
 * Begins the longest test files first. Vitest knows how long a file took when it ran here before; in a clean clone it would
 * go by their size.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((path) => moduleId.endsWith(path));
      return found < 0 ? longest.length : found;
    };
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}
