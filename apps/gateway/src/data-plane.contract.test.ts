import { describeDataPlane } from '@almanac/testkit/data-plane';
import { aGateway } from './gateway-for-tests.ts';

describeDataPlane({
  name: 'the gateway as a data plane',
  lacks: [],
  start: async () => {
    const gateway = aGateway();
    return {
      apply: async (config) => void gateway.apply(config),
      stats: async () => gateway.stats(),
      stop: () => gateway.close(0),
    };
  },
});
