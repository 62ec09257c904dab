import { describe, expect, test } from 'vitest';
import { violationsIn } from './dependency-rule.ts';

const declared = {
  '': ['vitest'],
  'packages/domain': ['semver'],
  'packages/host': ['@almanac/domain'],
  'packages/protocol': ['@almanac/domain', 'zod', 'lodash'],
  'apps/server': ['@almanac/domain', '@almanac/protocol', '@almanac/testkit', 'fastify'],
  'apps/console': ['@almanac/protocol', 'react'],
  'apps/gateway': ['@almanac/protocol'],
  'plugins/chat': ['@almanac/plugin-sdk', '@almanac/domain'],
};

function check(path: string, text: string): readonly string[] {
  return violationsIn([{ path, text }], declared);
}

describe('the dependency rule', () => {
  test.each([
    ['packages/host/src/a.ts', "import { x } from '@almanac/domain';", 'may use only nothing of ours'],
    ['packages/domain/src/a.ts', "import { readFile } from 'node:fs/promises';", 'runs without Node'],
    ['packages/domain/src/a.ts', "export { x } from '../../protocol/src/x.ts';", 'must not leave its package'],
    ['packages/protocol/src/a.ts', "import map from 'lodash';", 'may use only these packages: yaml, zod'],
    [
      'apps/console/src/a.tsx',
      "import type { X } from 'node:http'; export const A = () => <p />;",
      'runs without Node',
    ],
    ['apps/server/src/a.ts', "const x = await import('@almanac/domain/src/x.ts');", 'front door, @almanac/domain'],
    ['apps/server/src/a.ts', "type X = import('undeclared').X;", 'does not list undeclared'],
    ['apps/server/src/a.ts', "import { test } from 'vitest';", 'does not list vitest'],
    ['apps/server/src/a.ts', "import { aPlan } from '@almanac/testkit';", 'may use only domain, protocol'],
    ['apps/server/src/a.ts', "import { x } from '#features/plans/plan.store.ts';", 'by its front door'],
    ['apps/server/src/features/plans/a.ts', "import { x } from '../sites/index.ts';", 'features are flat'],
    ['apps/server/src/platform/http/a.ts', "import { x } from '#features/plans';", 'the platform knows no feature'],
    ['apps/server/src/platform/http/a.ts', "import '../../features/plans/index.ts';", 'the platform knows no feature'],
    ['plugins/chat/src/a.ts', "import { x } from '@almanac/domain';", 'may use only plugin-sdk'],
    ['apps/gateway/src/a.ts', "import type { X } from '@almanac/protocol';", 'may use only protocol/gateway'],
    ['apps/surprise/src/a.ts', 'export const a = 1;', 'not in the table of parts'],
  ])('notices in %s: %s', (path, text, message) => {
    const found = check(path, text);

    expect(found.join('\n')).toContain(message);
  });

  test.each([
    ['packages/domain/src/a.ts', "import semver from 'semver'; import { b } from './b.ts';"],
    ['packages/domain/src/a.test.ts', "import { test } from 'vitest'; import 'node:assert';"],
    ['apps/server/src/a.ts', "import Fastify from 'fastify'; import { x } from '#features/plans';"],
    ['apps/server/src/a.integration.test.ts', "import { databaseForFile } from '@almanac/testkit';"],
    ['apps/server/src/features/plans/a.ts', "import { x } from '#features/sites'; import { y } from './y.ts';"],
    ['apps/gateway/src/a.ts', "import { x } from '@almanac/protocol/gateway';"],
  ])('allows in %s: %s', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  test('fails when it read no module', () => {
    expect(() => violationsIn([], declared)).toThrow('read no module');
  });

  test('fails on a file that does not parse, instead of passing it by', () => {
    expect(() => check('apps/server/src/a.ts', 'import {')).toThrow('does not parse');
  });
});
