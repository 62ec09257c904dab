import { describe, expect, it } from 'vitest';
import { confirmationCodes } from '../governance/obstacle.ts';
import { applicationId, deploy, remove } from './impact-for-tests.ts';
import { factsWithout, type OperationFacts, operationFindings } from './operation-findings.ts';

const of = (facts: Partial<OperationFacts>) => operationFindings({ ...factsWithout(deploy('shop@2')), ...facts });

describe('what follows from one change alone', () => {
  it.each<[string, Partial<OperationFacts>, object]>([
    [
      'a setting without a value',
      { missingSettings: [{ key: 'PAYMENT_KEY', site: 'berlin' }] },
      {
        code: 'setting-missing',
        severity: 'error',
        subject: 'PAYMENT_KEY',
        site: 'berlin',
        remedy: { kind: 'set-setting', application: 'shop', key: 'PAYMENT_KEY' },
      },
    ],
    [
      'a connection that is bound to nothing',
      { missingConnections: [{ key: 'DATABASE_URL', site: 'berlin' }] },
      { code: 'connection-missing', severity: 'error', remedy: { kind: 'set-setting', key: 'DATABASE_URL' } },
    ],
    [
      'something that a site cannot do',
      { missingCapabilities: [{ capability: 'containers', site: 'berlin' }] },
      { code: 'capability-missing', severity: 'error', subject: 'containers', site: 'berlin', remedy: null },
    ],
    ['an application without a site', { sites: 0 }, { code: 'no-site', severity: 'error' }],
    [
      'a name that another application has there',
      { nameTakenBy: applicationId('old-shop') },
      { code: 'name-taken', severity: 'error', remedy: { kind: 'remove', application: 'old-shop' } },
    ],
    ['a way back', { downgradeFrom: '2.1.0' }, { code: 'downgrade', severity: 'warning', subject: '2.1.0' }],
    ['a migration without a way back', { irreversible: ['drop'] }, { code: 'migration-irreversible', subject: 'drop' }],
    ['a hotfix that would be lost', { lostHotfixes: ['1.7.1'] }, { code: 'hotfix-lost', subject: '1.7.1' }],
  ])('tells %s', (_what, facts, expected) => {
    expect(of(facts)).toMatchObject([
      { ...expected, application: 'shop', chain: [{ link: 'change', change: deploy('shop@2') }] },
    ]);
  });

  it('says nothing where nothing speaks against it, and of what is taken out', () => {
    expect(of({})).toEqual([]);
    expect(operationFindings({ ...factsWithout(remove('shop')), sites: 0 })).toEqual([]);
  });

  it('asks for a confirmation of what loses something, and of nothing else', () => {
    const findings = of({ downgradeFrom: '2.1.0', irreversible: ['drop'], lostHotfixes: ['1.7.1'], sites: 0 });

    expect(findings.filter((each) => confirmationCodes.has(each.code)).map((each) => each.code)).toEqual([
      'downgrade',
      'migration-irreversible',
      'hotfix-lost',
    ]);
  });
});
