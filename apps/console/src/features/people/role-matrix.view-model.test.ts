import type { RoleView } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  commandOf,
  contentOf,
  held,
  isChanged,
  levelOf,
  roleForm,
  toggled,
  withColumn,
  withHeld,
  withoutColumn,
} from './role-matrix.view-model.ts';

const role: RoleView = {
  id: 'r' as RoleView['id'],
  name: 'web-developer',
  displayName: 'Web developer',
  builtIn: false,
  environments: { canary: ['list'] },
  types: { production: [], development: ['access', 'list'] },
  elsewhere: ['list', 'monitor'],
  rights: [],
  given: 2,
  revision: 3,
};
const form = roleForm(role);

describe('the matrix of a role', () => {
  it('has the most specific columns first', () => {
    expect(columnsOf(form).map((each) => each.label)).toEqual([
      'canary',
      'all of type development',
      'all of type production',
      'everywhere else',
    ]);
  });

  it('gives and takes a capability in one column alone', () => {
    const column = { kind: 'type', type: 'production', label: '' } as const;

    const given = toggled(form, column, 'deploy');

    expect(held(given, column)).toEqual(['deploy']);
    expect(given.elsewhere).toEqual(form.elsewhere);
    expect(isChanged(toggled(given, column, 'deploy'), role)).toBe(false);
  });

  it('begins a column with what counted there, and forgets it again', () => {
    const column = { kind: 'environment', name: 'quality', label: 'quality' } as const;

    const wider = withColumn(form, column);

    expect(held(wider, column)).toEqual(['list', 'monitor']);
    expect(isChanged(wider, role)).toBe(true);
    expect(withoutColumn(wider, column)).toEqual(form);
    expect(withoutColumn(form, { kind: 'elsewhere', label: '' })).toBe(form);
  });

  it.each([
    [[], 'no-access'],
    [['list', 'access'], 'list'],
    [['deploy'], undefined],
  ] as const)('knows the level of %j', (set, level) => {
    expect(levelOf(set)).toBe(level);
  });

  it('keeps the order of the catalogue, whatever was clicked first', () => {
    const elsewhere = { kind: 'elsewhere', label: '' } as const;

    expect(withHeld(form, elsewhere, ['deploy', 'list', 'access']).elsewhere).toEqual(['access', 'list', 'deploy']);
  });

  it('tells the server all of it, and people the command that does the same', () => {
    expect(contentOf(form)).toEqual({
      displayName: 'Web developer',
      environments: { canary: ['list'] },
      types: { production: [], development: ['access', 'list'] },
      elsewhere: ['list', 'monitor'],
      rights: [],
    });
    expect(commandOf('web-developer', form)).toBe(
      'almanac role change web-developer --in canary=list --of-type production= development=level:list --elsewhere list,monitor',
    );
  });
});
