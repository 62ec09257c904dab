import { HostFault } from '@almanac/host';
import { describe, expect, it } from 'vitest';
import { databaseFault } from '#platform/database';
import { problemOf } from './problem-details.ts';

const said = (code: string) => Object.assign(new Error('FATAL: sorry, too many clients already'), { code });

describe('trouble of the database', () => {
  it.each(['53100', '53200', '53300', '57P01', '57P02', '57P03'])(
    '%s is told with what helps, and is no defect',
    (code) => {
      expect(problemOf(said(code), 'request-1')).toMatchObject({
        expected: false,
        problem: { status: 503, code: 'fault', detail: databaseFault(said(code)) },
      });
    },
  );

  it.each(['23505', '42601', ''])('%s is a defect of ours, of which strangers learn nothing', (code) => {
    const { problem } = problemOf(said(code), 'request-1');

    expect(problem).toMatchObject({ status: 500, code: 'defect' });
    expect(problem.detail).not.toContain('clients');
  });

  it('stands beside that of the machine', () => {
    expect(problemOf(new HostFault('the disk is gone'), 'request-1').problem).toMatchObject({
      status: 503,
      code: 'fault',
    });
  });
});
