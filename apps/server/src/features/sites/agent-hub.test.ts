import type { SiteId } from '@almanac/domain';
import type { ServerMessage } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { createAgentHub } from './agent-hub.ts';

const [berlin, bremen] = ['berlin', 'bremen'] as readonly string[] as readonly [SiteId, SiteId];
const log = { text: 'a line', next: 6, instances: [] };

describe('a question to one site', () => {
  const connected = () => {
    const hub = createAgentHub();
    const told: ServerMessage[] = [];
    for (const site of [berlin, bremen])
      hub.add({
        site,
        address: '127.0.0.1',
        send: (message) => void (site === berlin && told.push(message)),
        close: () => undefined,
        signingKey: `key of ${site}`,
        sentGeneration: 0,
        keySet: undefined,
      });
    return { hub, idOf: () => (told.at(-1) as Extract<ServerMessage, { kind: 'log-request' | 'reconcile' }>).id };
  };

  it('about its log is answered by that site alone', async () => {
    const { hub, idOf } = connected();
    const read = hub.readLog(berlin, { application: 'shop', module: 'web', maxBytes: 10 } as never, 'Berlin');

    hub.takeLog(bremen, idOf(), { ...log, text: 'forged' });
    hub.takeLog(bremen, idOf(), { refused: 'forged' });
    hub.takeLog(berlin, idOf(), log);

    expect(await read).toEqual(log);
  });

  it('whether it looked at everything is answered by that site alone', async () => {
    const { hub, idOf } = connected();
    const reconciled = hub.reconcile(berlin, 50);
    hub.takeReconciled(bremen, idOf());
    expect(await reconciled).toBeUndefined();

    const again = hub.reconcile(berlin, 5000);
    hub.takeReconciled(berlin, idOf());
    expect(await again).toBe('reconciled');
  });
});
