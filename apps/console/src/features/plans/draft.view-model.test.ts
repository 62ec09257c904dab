import { describe, expect, it } from 'vitest';
import { completionCommand, completionWords, operationsOfPlan } from './completion.view-model.ts';
import { composeCommand, isDraftOf } from './draft.view-model.ts';
import { aBuild, anOperation, aPlan } from './plans-for-tests.ts';

const deploy = (application: string, number: string) =>
  ({ kind: 'deploy', application, source: { kind: 'version', number } }) as const;

describe('a draft on the server', () => {
  it('holds the choices when it does the same to the same applications', () => {
    const plan = aPlan({ operations: [anOperation('orders'), anOperation('catalog', { kind: 'remove' })] });

    expect(
      isDraftOf(plan, { operations: [{ kind: 'remove', application: 'catalog' }, deploy('orders', '1.0.0')] }),
    ).toBe(true);
    expect(isDraftOf(plan, { operations: [deploy('orders', '1.0.0')] })).toBe(false);
    expect(isDraftOf({ ...plan, state: 'deploying' }, { operations: [deploy('orders', '1.0.0')] })).toBe(false);
    expect(isDraftOf(plan, null)).toBe(false);
  });

  it('takes over as it is chosen now, or is another one', () => {
    const rollout = { strategy: 'recreate' } as const;
    const content = { operations: [{ ...deploy('orders', '1.0.0'), rollout }] };

    expect(isDraftOf(aPlan({ operations: [anOperation('orders', { rollout })] }), content)).toBe(true);
    expect(isDraftOf(aPlan({ operations: [anOperation('orders')] }), content)).toBe(false);
    expect(composeCommand({ target: 'production', content })).toBe(
      'almanac plan create orders@1.0.0 --rollout orders=recreate --to production',
    );
  });

  it('holds a release when it is composed of that', () => {
    const release = { id: null, name: 'spring' };

    expect(isDraftOf(aPlan({ release }), { operations: [], release: 'spring' })).toBe(true);
    expect(isDraftOf(aPlan(), { operations: [], release: 'spring' })).toBe(false);
    expect(composeCommand({ target: 'production', content: { operations: [], release: 'spring' } })).toBe(
      'almanac plan create --release spring --to production',
    );
  });
});

describe('the command that composes the same', () => {
  it('names versions, tags, removals and what is left, and never a value', () => {
    const command = composeCommand({
      target: 'production',
      content: {
        operations: [
          { ...deploy('orders', '1.4.0'), settings: { PAYMENT_KEY: 'very secret' } },
          { kind: 'deploy', application: 'catalog', source: { kind: 'environment', environment: 'quality' } },
          { kind: 'deploy', application: 'web', source: { kind: 'tag', number: '2.0.0' } },
          { kind: 'configure', application: 'mail' },
          { kind: 'remove', application: 'search' },
        ],
      },
    });

    expect(command).toBe(
      'almanac plan create orders@1.4.0 catalog@quality --tag web@2.0.0 --configure mail --remove search --set orders.PAYMENT_KEY=<value> --to production',
    );
  });

  it('takes everything that differs, narrowed', () => {
    const command = composeCommand({
      target: 'production',
      content: {
        operations: [{ kind: 'leave', application: 'orders' }],
        differences: { from: 'quality', names: '*cat*', team: 'shop' },
      },
    });

    expect(command).toBe(
      "almanac plan create --from quality --names '*cat*' --team shop --leave orders --to production",
    );
  });
});

describe('the completion of a plan', () => {
  const completion = {
    outcome: 'complete',
    proven: true,
    operations: [],
    because: [],
    remaining: [],
    steps: 3,
  } as const;
  const answer = (given: Partial<Parameters<typeof completionWords>[0]>) =>
    completionWords({ ...completion, operations: [], because: [], remaining: [], ...given }, 'Quality');
  const change = { kind: 'remove' as const, application: anOperation('search').application };

  it('says whether something smaller would do, and why there is nothing', () => {
    expect(answer({})).toBe('Nothing has to be added: no reference breaks.');
    expect(answer({ operations: [change] })).toBe('One further operation mends it, and nothing smaller does:');
    expect(answer({ operations: [change, change], proven: false })).toContain('there may be a smaller set');
    expect(answer({ outcome: 'impossible' })).toBe('Nothing that is available from Quality mends this:');
    expect(answer({ outcome: 'undecided' })).toContain('in the time that a search may take');
  });

  it('is asked with the builds that the draft means', () => {
    const operations = [
      anOperation('orders', { after: aBuild('1.4.0') }),
      anOperation('search', { kind: 'remove', after: null }),
    ];

    expect(operationsOfPlan({ operations })).toEqual([
      { kind: 'deploy', application: 'application orders', source: { kind: 'build', build: aBuild('1.4.0').id } },
      { kind: 'remove', application: 'application search' },
    ]);
    expect(completionCommand({ plan: { operations }, target: 'production', source: 'quality' })).toBe(
      'almanac impact orders@1.4.0 --remove search --from quality --to production --complete',
    );
  });
});
