import { describe, expect, it } from 'vitest';
import { createRefusalCounter } from './count-refusals.ts';
import type { CommandContext, InTransaction } from './endpoint.ts';

function counterWithRecord() {
  const written: unknown[] = [];
  const inTransaction: InTransaction = ({ actor, action }, work) => {
    const context: Pick<CommandContext, 'audit'> = {
      audit: (entry) =>
        written.push([actor.kind === 'anonymous' ? '' : actor.name, action, entry?.subject, entry?.detail?.['count']]),
    };
    // What is counted writes an audit entry and nothing else.
    return work(context as CommandContext);
  };
  return { counter: createRefusalCounter(inTransaction), written };
}

const by = (name: string) => ({ kind: 'system', name }) as const;

describe('whoever tries what they may not', () => {
  it('is in the audit at once, and counted from then on', async () => {
    const { counter, written } = counterWithRecord();

    for (let time = 0; time < 500; time += 1) await counter.note({ actor: by('eve'), operation: 'listAudit' });
    await counter.note({ actor: by('eve'), operation: 'startPlan' });
    expect(written).toEqual([
      ['eve', 'access-refused', 'operation:listAudit', 1],
      ['eve', 'access-refused', 'operation:startPlan', 1],
    ]);

    await counter.flush();
    await counter.flush();

    expect(written.slice(2)).toEqual([['eve', 'access-refused', 'operation:listAudit', 499]]);
  });

  it('does not fill it by trying everything: what is too much is counted together, and nothing is left out', async () => {
    const { counter, written } = counterWithRecord();

    for (let at = 0; at < 3000; at += 1) await counter.note({ actor: by('eve'), operation: `operation-${at}` });
    await counter.flush();

    expect(written.length).toBeLessThan(1010);
    expect(written.reduce<number>((sum, each) => sum + Number((each as unknown[])[3]), 0)).toBe(3000);
  });
});
