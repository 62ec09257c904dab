import { securityNumberNames, securityNumbers } from '@almanac/domain';
import type { SecurityNumberView } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { faultOf, groupsOf } from './numbers.view-model.ts';

const all: readonly SecurityNumberView[] = securityNumberNames.map((name) => ({
  ...securityNumbers[name],
  name,
  value: securityNumbers[name].usual,
  changedAt: null,
  changedBy: null,
}));
const [idle] = all.filter((each) => each.name === 'session-idle');

describe('numbers on their page', () => {
  it('stand under a heading of their own, each once', () => {
    const groups = groupsOf(all);

    expect(groups.map((each) => each.title)).not.toContain('Others');
    expect(groups.flatMap((each) => each.numbers.map(({ name }) => name)).toSorted()).toEqual(
      [...securityNumberNames].toSorted(),
    );
    expect(groups.find((each) => each.title === 'Tries of one account from everywhere')?.numbers).toHaveLength(5);
  });

  it.each(['', ' ', '4', '1441', '7.5', 'x'])('are not saved as %j', (typed) => {
    expect(idle && faultOf(idle, typed)).toContain('from 5 to 1440');
  });

  it('are saved within their range', () => {
    expect(idle && faultOf(idle, '5')).toBeNull();
  });
});
