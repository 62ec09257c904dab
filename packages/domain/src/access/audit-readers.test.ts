import { describe, expect, it } from 'vitest';
import { auditActions, auditActionsIn, auditCategories, auditCategoryOf } from '../audit/audit-categories.ts';
import { auditReadableWith } from './audit-readers.ts';
import { builtInRoles, impliedRights } from './presets.ts';

describe('the categories of the audit', () => {
  it('hold each action once, and none of them is empty', () => {
    expect(auditCategories.flatMap((each) => auditActionsIn([each])).toSorted()).toEqual(
      Object.keys(auditActions).toSorted(),
    );
    expect(auditCategories.filter((each) => auditActionsIn([each]).length === 0)).toEqual([]);
  });

  it('hold no action that there is none of, whatever it is called', () => {
    for (const action of ['plan-forgotten', 'toString', '__proto__', '']) expect(auditCategoryOf(action)).toBeNull();
    expect(auditCategoryOf('plan-started')).toBe('deployments');
  });
});

describe('who may read the audit', () => {
  it.each([
    ['administrator', 'all'],
    ['auditor', 'all'],
    ['release-manager', ['applications', 'deployments', 'settings']],
    ['operator', []],
    ['developer', []],
    ['tester', []],
  ] as const)('%s by its role', (role, readable) => {
    expect(auditReadableWith(builtInRoles[role].rights)).toEqual(readable);
  });

  it.each([
    ['manage-users', ['access', 'sign-in']],
    ['manage-installation', ['access', 'sign-in', 'installation']],
    ['manage-teams', []],
  ] as const)('whoever holds %s reads what is managed by it', (right, readable) => {
    expect(auditReadableWith(impliedRights[right] ?? [])).toEqual(readable);
  });
});
