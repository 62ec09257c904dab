import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { migrationOf } from './manifest.ts';
import { manifestMaxBytes, parseManifest } from './parse-manifest.ts';

/** A manifest whose module `web` has some more lines. */
const withWeb = (...lines: readonly string[]) =>
  ['application: shop', 'modules:', '  web:', '    start: node .', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );

const faultsOf = (text: string) => {
  const parsed = parseManifest(text);
  return parsed.ok ? [] : parsed.faults;
};

/** An analysis against a baseline of its own. */
const afresh =
  '{ baseline: fresh, metrics: [{ name: errors, source: { provider: gateway, of: error-rate }, rule: { kind: threshold, failure: { above: 0.1 } } }] }';

describe('a manifest', () => {
  it('needs a name, a module and a way to start it; the rest has defaults', () => {
    const parsed = parseManifest(withWeb());

    expect(parsed).toMatchObject({
      ok: true,
      manifest: {
        application: 'shop',
        rollout: { strategy: 'rolling', maxSurge: 1, maxUnavailable: 0 },
        modules: { web: { path: '.', start: 'node .', scale: { min: 1 }, stopGrace: 30, startTimeout: 60 } },
      },
    });
  });

  it('knows canaries with their steps, and what becomes of them when an analysis cannot tell', () => {
    const parsed = parseManifest(
      `${withWeb()}rollout:
  strategy: canary
  steps:
    - header: [{ name: x-tester, value: yes }]
    - pause: until-resumed
    - weight: 10
    - analyse:
        metrics:
          - name: errors
            source: { provider: gateway, of: error-rate }
            rule: { kind: threshold, failure: { above: 0.05 } }
            count: 6
    - scale: 50%
    - mirror: 20
  onMarginal: continue
`,
    );

    expect(parsed).toMatchObject({
      ok: true,
      manifest: {
        rollout: {
          strategy: 'canary',
          maxSurge: 1,
          onMarginal: 'continue',
          onInsufficientData: 'hold',
          onError: 'hold',
          keepOld: 30,
          holdLimit: 86_400,
          steps: [
            { header: [{ name: 'x-tester', value: 'yes', match: 'equals' }] },
            { pause: 'until-resumed' },
            { weight: 10 },
            { analyse: { metrics: [{ name: 'errors', interval: 10, count: 6 }] } },
            { scale: '50%' },
            { mirror: 20 },
          ],
        },
      },
    });
  });

  it('may have its canary compared with a fresh baseline, by a stable version that follows its weight', () => {
    const steps = `[{ weight: 10 }, { analyse: ${afresh} }, { weight: 80 }, { mirror: 5 }]`;
    const parsed = parseManifest(
      `${withWeb()}rollout: { strategy: canary, steps: ${steps}, dynamicStableScale: true, keepOld: 0 }\n`,
    );

    expect(parsed.ok && parsed.manifest.rollout).toMatchObject({
      dynamicStableScale: true,
      steps: [{}, { analyse: { baseline: 'fresh' } }, {}, {}],
    });
  });

  it('lets nothing go on by itself without data', () => {
    const text = `${withWeb()}rollout: { strategy: canary, steps: [{ weight: 5 }], onInsufficientData: continue }\n`;

    expect(faultsOf(text)[0]?.path).toBe('rollout.onInsufficientData');
  });

  it.each([
    ['no migration', '', undefined],
    ['a command', 'migrate: npm run migrate', { run: 'npm run migrate', files: [], reversible: false }],
    ['words', 'migrate: [node, migrate.js]', { run: ['node', 'migrate.js'], files: [], reversible: false }],
    [
      'a command with what it consists of and leaves behind',
      'migrate: { run: npm run migrate, files: [migrations], reversible: true }',
      { run: 'npm run migrate', files: ['migrations'], reversible: true },
    ],
  ])('may have as its migration %s', (_what, line, expected) => {
    const parsed = parseManifest(withWeb(line));

    expect(parsed.ok && parsed.manifest.modules['web'] && migrationOf(parsed.manifest.modules['web'])).toEqual(
      expected,
    );
  });

  it.each(['catalog', 'orders', 'storefront'])('of the sample application %s is right', (application) => {
    const file = join(import.meta.dirname, '../../../examples', application, 'almanac.yaml');

    expect(faultsOf(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it.each([
    ['a misspelt key', withWeb('heatlh: /'), 5, 5, 'modules.web.heatlh', 'unknown key heatlh: did you mean health?'],
    ['a misspelt key at the top', `aplication: shop\n${withWeb()}`, 1, 1, 'aplication', 'did you mean application?'],
    ['a key like no other', withWeb('zzzzzzzz: 1'), 5, 5, 'modules.web.zzzzzzzz', 'known keys are path, toolchain'],
    ['a key in a nested place', withWeb('scale: { mim: 2 }'), 5, 14, 'modules.web.scale.mim', 'did you mean min?'],
    [
      'a key that comes later',
      withWeb('image: nginx'),
      5,
      5,
      'modules.web.image',
      'image is not supported yet; remove it',
    ],
    [
      'a strategy of another name',
      `${withWeb()}rollout: { strategy: blueGreen }\n`,
      5,
      12,
      'rollout.strategy',
      'strategy is rolling, recreate, canary or blue-green',
    ],
    [
      'a key of canary',
      `${withWeb()}rollout: { strategy: rolling, steps: [] }\n`,
      5,
      31,
      'rollout.steps',
      'unknown key',
    ],
    [
      'a step that is two',
      `${withWeb()}rollout: { strategy: canary, steps: [{ weight: 5, pause: 10 }] }\n`,
      5,
      30,
      'rollout.steps.0',
      'exactly one of weight, scale, pause',
    ],
    [
      'weights that fall',
      `${withWeb()}rollout: { strategy: canary, steps: [{ weight: 50 }, { weight: 10 }] }\n`,
      5,
      30,
      'rollout.steps',
      'weights never fall',
    ],
    [
      'a metric that a rollout would wait for without end',
      `${withWeb()}rollout: { strategy: canary, steps: [{ analyse: { metrics: [{ name: errors, count: null, source: { provider: gateway, of: error-rate }, rule: { kind: threshold, failure: { above: 0.1 } } }] } }] }\n`,
      5,
      51,
      'rollout.steps.0.analyse.metrics',
      'without count',
    ],
    [
      'a fresh baseline beside more than half of the requests',
      `${withWeb()}rollout: { strategy: canary, steps: [{ weight: 60 }, { analyse: ${afresh} }] }\n`,
      5,
      30,
      'rollout.steps',
      'at most 50 % each',
    ],
    [
      'a fresh baseline beside copies of requests',
      `${withWeb()}rollout: { strategy: canary, steps: [{ mirror: 10 }, { weight: 5 }, { analyse: ${afresh} }] }\n`,
      5,
      30,
      'rollout.steps',
      'more requests than its fresh baseline',
    ],
    [
      'a fresh baseline of blue and green',
      `${withWeb()}rollout: { strategy: blue-green, before: ${afresh} }\n`,
      5,
      44,
      'rollout.before.baseline',
      'only a canary has one',
    ],
    [
      'a version that is kept ready without its instances',
      `${withWeb()}rollout: { strategy: canary, steps: [{ weight: 5 }], dynamicStableScale: true }\n`,
      5,
      1,
      'rollout.keepOld',
      'is 0 with dynamicStableScale',
    ],
    [
      'a strategy that can never move',
      `${withWeb()}rollout: { strategy: rolling, maxSurge: 0 }\n`,
      5,
      1,
      'rollout',
      'both',
    ],
    ['a value of another kind', withWeb('stopGrace: soon'), 5, 5, 'modules.web.stopGrace', 'expected number'],
    ['a health path without slash', withWeb('health: healthz'), 5, 5, 'modules.web.health', '"/"'],
    ['a folder outside', withWeb('path: ../other'), 5, 5, 'modules.web.path', 'a path inside the repository'],
    ['an absolute folder', withWeb('path: /etc'), 5, 5, 'modules.web.path', 'a path inside the repository'],
    ['a volume outside', withWeb('volumes: { data: ../../data }'), 5, 16, 'modules.web.volumes.data', 'inside'],
    [
      'a shared volume outside',
      withWeb('volumes: { data: { path: /var } }'),
      5,
      24,
      'modules.web.volumes.data.path',
      'inside',
    ],
    ['a command that is none', withWeb('test: true'), 5, 5, 'modules.web.test', 'a command as text'],
    ['a name that is none', 'application: Shop!\nmodules: { web: { start: x } }\n', 1, 1, 'application', ''],
    [
      'a module name that is none',
      'application: shop\nmodules:\n  Web App: { start: x }\n',
      3,
      3,
      'modules.Web App',
      'not a valid name',
    ],
    ['no module', 'application: shop\nmodules: {}\n', 2, 1, 'modules', 'at least one module'],
    [
      'a module that does nothing',
      'application: shop\nmodules:\n  web: { path: x }\n',
      3,
      3,
      'modules.web',
      'start, or at least build',
    ],
    [
      'a contract without health',
      withWeb('provides: { catalog: openapi.json }'),
      3,
      3,
      'modules.web.health',
      'needs health',
    ],
    [
      'a default for a secret',
      `${withWeb()}settings:\n  KEY: { secret: true, default: x }\n`,
      5,
      1,
      'settings',
      'no default',
    ],
    ['a variable in lower case', `${withWeb()}settings:\n  key: {}\n`, 6, 3, 'settings.key', 'upper-case'],
    [
      'an unknown connection',
      `${withWeb()}connections:\n  DB: { type: oracle }\n`,
      6,
      9,
      'connections.DB.type',
      'postgres',
    ],
    ['a key twice', `${withWeb()}application: shop\n`, 5, 1, '', 'unique'],
    ['a tab', 'application: shop\n\tmodules: 1\n', 2, 1, '', 'Tabs'],
    ['an open bracket', 'application: [shop\n', 2, 1, '', ''],
    ['no map at all', '- a\n- b\n', 1, 1, '', 'expected object'],
    ['nothing', '', 1, 1, '', 'expected object'],
  ])('with %s is refused, and the fault is where it stands', (_title, text, line, column, path, detail) => {
    const [first] = faultsOf(text);

    expect(first).toMatchObject({ path, line, column, detail: expect.stringContaining(detail) });
  });

  it('reports all its faults at once', () => {
    expect(
      faultsOf(withWeb('heatlh: /', 'stopGrace: -1', 'path: /'))
        .map((each) => each.path)
        .toSorted(),
    ).toEqual(['modules.web.heatlh', 'modules.web.path', 'modules.web.stopGrace']);
  });

  it('that is a bomb is refused before it goes off', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
    ).slice(1);
    const bomb = ['a0: &a0 [x, x]', ...levels].join('\n');

    expect(faultsOf(bomb)).toHaveLength(1);
    expect(faultsOf('x'.repeat(manifestMaxBytes + 1))).toMatchObject([
      { detail: expect.stringContaining('larger than') },
    ]);
  });

  it('of any text whatever gives faults with a place in it, and never throws', () => {
    const words = fc.constantFrom(
      'application',
      'modules',
      'web',
      ':',
      ' ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      '- ',
      '*a',
      '&a',
      '!!',
      '"',
      '\t',
      '|',
      '?',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const count = text.split('\n').length;

        for (const { line, column } of faultsOf(text)) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(count + 1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
