import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { AccessGuard } from './access-guard.ts';
import { watchAccess } from './watch-access.ts';

it('whoever waited is asked for anew at the end, for the route and for what it is about', async () => {
  const asked: string[] = [];
  const guard = {
    admit: (actor: unknown) => void asked.push(`route by ${String(actor)}`),
    decide: async (_: unknown, { actor }: { readonly actor: unknown }) =>
      void asked.push(`objects by ${String(actor)}`),
  } as unknown as AccessGuard;
  const raw = new EventEmitter();
  const watch = watchAccess({
    ...({ route: {}, parsed: {}, db: {}, request: {} } as never as Parameters<typeof watchAccess>[0]),
    actor: 'ada before' as never,
    guard,
    whoAsks: async () => 'ada now' as never,
    reply: { raw } as never,
  });

  await watch.stillAllowed();
  raw.emit('close');

  expect(asked).toEqual(['route by ada now', 'objects by ada now']);
});
