import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilities, rights } from '@almanac/domain';
import { type Route, routes } from '@almanac/protocol';
import { describe, expect, test } from 'vitest';
import { readAbuseCases, unprovenClaims } from './architecture/abuse-cases.ts';
import { violationsIn } from './architecture/dependency-rule.ts';
import { existsInRepository, readDocuments, staleNames } from './architecture/documents.ts';
import { untidyFiles } from './architecture/front-doors.ts';
import { declaredIn, manifestViolations, readManifests } from './architecture/manifests.ts';
import { readSources } from './architecture/modules.ts';
import { plainSecretsIn } from './architecture/plain-secrets.ts';
import { undecided } from './package-faults.ts';
import { problemsDocument } from './problems.ts';
import { repository } from './run-program.ts';

const manifests = readManifests();
const declared = declaredIn(manifests);

describe('the parts', () => {
  test('import only what the table of parts allows', () => {
    expect(violationsIn(readSources(), declared)).toEqual([]);
  });

  test('keep their front doors free of code, and have no attics', () => {
    expect(untidyFiles(readSources())).toEqual([]);
  });

  test('hold no secret of their configuration as a plain text', () => {
    expect(plainSecretsIn(readSources())).toEqual([]);
  });

  test('list only allowed parts in their package.json', () => {
    expect(manifestViolations(manifests)).toEqual([]);
  });

  test('close themselves with exports, so that nobody reaches inside', () => {
    const open = Object.keys(manifests).filter((folder) => {
      if (folder === '') return false;
      return !/"exports":/.test(readFileSync(join(repository, folder, 'package.json'), 'utf8'));
    });

    expect(open).toEqual([]);
  });

  test('say in a README what they exist for, once they have sources', () => {
    const silent = Object.keys(manifests)
      .filter((folder) => folder.includes('/') && existsInRepository(`${folder}/src`))
      .filter((folder) => !/exists so that/.test(readmeOf(folder)));

    expect(silent).toEqual([]);
  });
});

describe('a feature of the server', () => {
  test('has a README and a front door', () => {
    const folder = 'apps/server/src/features';
    const entries = readdirSync(join(repository, folder), { withFileTypes: true });

    const incomplete = entries
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => [`${folder}/${name}/README.md`, `${folder}/${name}/index.ts`])
      .filter((path) => !existsInRepository(path));

    expect(incomplete).toEqual([]);
  });
});

describe('a route', () => {
  const table: readonly (readonly [string, Route])[] = Object.entries(routes);
  const permissions = [
    ...['public', 'arriving', 'signed-in', 'audit-reader', 'builder', 'agent'],
    ...rights.map((right) => `right:${right}`),
    ...capabilities.map((capability) => `capability:${capability}`),
  ];

  test('states a permission that exists', () => {
    const without = table.filter(([, { permission }]) => !permissions.includes(permission));

    expect(table.length).toBeGreaterThan(0);
    expect(without).toEqual([]);
  });

  test('that changes something names its audit event, or says why it has none', () => {
    const silent = table.filter(([, { method, audit }]) => {
      if (method === 'GET') return false;
      return typeof audit === 'string' ? !/^[a-z]+(-[a-z]+)*$/.test(audit) : (audit?.notAudited ?? '') === '';
    });

    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test('that only reads writes no audit entry', () => {
    const talkative = table.filter(([, { method, audit }]) => method === 'GET' && audit !== null);

    expect(talkative.map(([name]) => name)).toEqual([]);
  });
});

describe('the documents', () => {
  test('list every problem code (npm run generate)', () => {
    expect(readFileSync(join(repository, 'docs/problems.md'), 'utf8')).toBe(problemsDocument());
  });

  test('name only scripts and paths that exist', () => {
    const scripts = Object.keys(manifests['']?.scripts ?? {});

    expect(staleNames(readDocuments(), { scripts, exists: existsInRepository })).toEqual([]);
  });

  test('claim of each abuse case what a test proves', () => {
    const document = readFileSync(join(repository, 'docs/security.md'), 'utf8');

    expect(unprovenClaims(readAbuseCases(document), existsInRepository)).toEqual([]);
  });

  test('give a reason for every direct dependency', () => {
    const reasons = readFileSync(join(repository, 'docs/decisions/0002-dependencies.md'), 'utf8');

    expect(undecided(manifests, reasons)).toEqual([]);
  });
});

function readmeOf(folder: string): string {
  const path = join(repository, folder, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
