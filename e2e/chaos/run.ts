// Runs campaigns of faults: `npm run chaos -- [NAME …] [--count N] [--seed S] [--json]`. Exit status 1 when anything was
// lost, done twice or left behind, or when a fault that was planted was not noticed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../seeded-random.ts';
import { diskFullNeeds, fillDisk } from './disk-full.ts';
import { clockAt, clockSetBy, type Fault, fakeTimeLibrary, killed, paused, withoutDescriptors } from './faults.ts';
import { injectUnderLoad } from './inject.ts';
import { plantedFaults, withPlanted } from './planted-faults.ts';
import { cutPower, powerCutNeeds } from './power-cut.ts';
import { deploymentFailpoints, interruptMigrations, reachFailpoints } from './reach-failpoints.ts';
import { replayDocuments } from './replay.ts';
import { runReturns } from './run-returns.ts';
import type { SceneOptions } from './scene.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '20261121' },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const countOr = (usual: number) => Number(values.count ?? usual);

interface Outcome {
  /** Figures, for people and for `--json`. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly wrong: readonly string[];
}

interface Campaign {
  readonly name: string;
  readonly about: string;
  readonly needs?: () => readonly string[];
  readonly run: () => Promise<Outcome>;
}

const startedAt = performance.now();
const tell = (text: string) => {
  if (!values.json)
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(6)} s  ${text}\n`);
};

async function underLoad(
  faults: readonly Fault[],
  options: { readonly estate?: SceneOptions; readonly untilWrong?: boolean } = {},
): Promise<Outcome> {
  const onFault = (fault: Fault, left: number) => tell(`${fault.name}; ${left} left`);
  const { wrong, ...figures } = await injectUnderLoad({ ...options, faults, seed, onFault });
  return { figures, wrong };
}

/** So many of each of several faults, in turn. */
const inTurn = (count: number, faults: readonly (() => Fault)[]) =>
  Array.from({ length: count }, (_, index) => faults[index % faults.length]?.()).filter((each) => each !== undefined);

const campaigns: readonly Campaign[] = [
  {
    name: 'kills',
    about: 'kill -9 of server, builder, agent and gateway under load',
    run: () => {
      const parts = ['server', 'agent', 'builder', 'gateway'] as const;
      return underLoad(
        inTurn(
          countOr(1000),
          parts.map((part) => () => killed(part)),
        ),
      );
    },
  },
  {
    name: 'database-kills',
    about: 'kill -9 of both PostgreSQL under load',
    run: () => underLoad(inTurn(countOr(200), [() => killed('postgres'), () => killed('site-postgres')])),
  },
  {
    name: 'pauses',
    about: 'SIGSTOP of 5 to 60 seconds',
    run: () => {
      const random = seededRandom(seed);
      const parts = ['server', 'builder', 'agent', 'gateway'] as const;
      return underLoad(
        inTurn(
          countOr(12),
          parts.map((part) => () => paused(part, 5000 + random() * 55_000)),
        ),
        // Three pauses of a minute may fall into one deployment, and leases that run out meanwhile.
        { estate: { patienceSeconds: 400 } },
      );
    },
  },
  {
    name: 'descriptors',
    about: 'server, builder and agent without descriptors',
    run: () => {
      const random = seededRandom(seed);
      const parts = ['server', 'builder', 'agent'] as const;
      return underLoad(
        inTurn(
          countOr(12),
          parts.map((part) => () => withoutDescriptors(part, Math.floor(random() * 10))),
        ),
      );
    },
  },
  {
    name: 'clocks',
    about: 'all clocks jump, forth and back, by up to a day',
    needs: () => (fakeTimeLibrary() === undefined ? ['faketime (apt-get install faketime)'] : []),
    run: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'almanac-clock-'));
      const file = join(folder, 'offset');
      await writeFile(file, '+0\n');
      const jumps = [3600, -3600, 86_400, 0, -86_400, 60, -60, 0];
      const environment = clockSetBy(file, fakeTimeLibrary() ?? '');
      try {
        return await underLoad(
          Array.from({ length: countOr(16) }, (_, index) => clockAt(file, jumps[index % jumps.length] ?? 0)),
          { estate: { environment } },
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'failpoints',
    about: 'every named failpoint, with kill and with an error, and every migration of the server interrupted',
    run: async () => {
      const onResult = (result: { readonly failpoint: string }) => tell(result.failpoint);
      const names = deploymentFailpoints.slice(0, countOr(deploymentFailpoints.length));
      const results = [
        ...(await interruptMigrations()),
        ...(await reachFailpoints({ names, action: 'kill', onResult })),
        ...(await reachFailpoints({ names, action: 'error', onResult })),
      ];
      return {
        figures: { reached: results.length, fired: results.filter((each) => each.fired).length },
        wrong: results.flatMap(({ failpoint, fired, faults }) => [
          ...(fired ? [] : [`${failpoint} never fired`]),
          ...faults.map((each) => `${failpoint}: ${each}`),
        ]),
      };
    },
  },
  {
    name: 'power-cuts',
    about: 'what was synced, and nothing else, is there after a power cut; two defects that lose more must be noticed',
    needs: powerCutNeeds,
    run: async () => {
      const onCut = (cut: number) => tell(`cut ${cut}`);
      const { wrong, ...figures } = await cutPower({ cuts: countOr(200), onCut });
      const { noCommitSync, unsafeIsAllowed, noJournalSync, noDirectorySync } = plantedFaults;
      const controls = [
        [noCommitSync, unsafeIsAllowed],
        [noJournalSync, noDirectorySync],
      ] as const;
      const unnoticed: string[] = [];
      for (const planted of controls) {
        const control = await withPlanted(planted, (root) => cutPower({ cuts: 20, root, untilWrong: true, onCut }));
        tell(`planted: ${planted[0].name}: ${control.wrong[0] ?? 'not noticed'}`);
        if (control.wrong.length === 0) unnoticed.push(`${planted[0].name}: not noticed`);
      }
      return { figures, wrong: [...wrong, ...unnoticed] };
    },
  },
  {
    name: 'full-disk',
    about: 'the disk fills, at another point each time',
    needs: diskFullNeeds,
    run: async () => {
      const { wrong, ...figures } = await fillDisk({
        points: countOr(50),
        seed,
        onPoint: (point) => tell(`point ${point}`),
      });
      return { figures, wrong };
    },
  },
  {
    name: 'replay',
    about: 'old documents are sent to a site again; without the check of generations that must be noticed',
    run: async () => {
      const sound = await replayDocuments();
      const planted = await withPlanted([plantedFaults.noGenerationCheck], replayDocuments);
      return {
        figures: { replayed: sound.replayed, before: sound.before, lowestAfter: sound.lowestAfter },
        wrong: [
          ...(sound.lowestAfter < sound.before ? ['the site followed a document of before'] : []),
          ...(planted.lowestAfter < planted.before ? [] : [`${plantedFaults.noGenerationCheck.name}: not noticed`]),
        ],
      };
    },
  },
  {
    name: 'return',
    about: 'versions that fail in every way while the server is away: the site is back on the good one by itself',
    run: async () => {
      const results = await runReturns({
        rounds: countOr(1),
        onResult: ({ name, seconds, longestWithout, lost, wrong }) =>
          tell(
            `${name}: back after ${seconds?.toFixed(1) ?? 'no'} s; longest without the good version ${longestWithout.toFixed(1)} s, ${lost} lost${wrong.map((each) => `; WRONG: ${each}`).join('')}`,
          ),
      });
      const seconds = results.map((each) => each.seconds ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
      return {
        figures: {
          cases: results.length,
          'seconds until the good version answers alone, median': seconds[Math.floor(seconds.length / 2)],
          'at most': seconds.at(-1),
          ...Object.fromEntries(
            Object.entries(Object.groupBy(results, (each) => each.name)).map(([name, all]) => [
              name,
              all?.map((each) => each.seconds?.toFixed(1) ?? 'never').join(', '),
            ]),
          ),
        },
        wrong: results.flatMap(({ name, wrong }) => wrong.map((each) => `${name}: ${each}`)),
      };
    },
  },
  {
    name: 'planted',
    about: 'a server that acknowledges before it commits must be noticed by kills',
    run: async () => {
      const { acknowledgeBeforeCommit } = plantedFaults;
      const { figures, wrong } = await withPlanted([acknowledgeBeforeCommit], (root) =>
        underLoad(inTurn(30, [() => killed('server')]), { estate: { root }, untilWrong: true }),
      );
      tell(wrong[0] ?? 'not noticed');
      return { figures, wrong: wrong.length > 0 ? [] : [`${acknowledgeBeforeCommit.name}: not noticed`] };
    },
  },
];

const unknown = positionals.filter((name) => !campaigns.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${campaigns.map((each) => each.name).join(', ')}.`);
  process.exit(2);
}
for (const campaign of campaigns.filter((each) => positionals.length === 0 || positionals.includes(each.name))) {
  const missing = campaign.needs?.() ?? [];
  if (missing.length > 0) {
    console.error(`${campaign.name}: left out; it needs ${missing.join(' and ')}`);
    continue;
  }
  if (!values.json) console.log(`${campaign.name}: ${campaign.about}`);
  const { figures, wrong } = await campaign.run();
  if (values.json) console.log(JSON.stringify({ campaign: campaign.name, seed, ...figures, wrong }));
  else {
    for (const [name, value] of Object.entries(figures))
      console.log(`  ${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
    console.log(
      wrong.length === 0 ? '  nothing lost, done twice or left behind' : `  WRONG:\n    ${wrong.join('\n    ')}`,
    );
  }
  if (wrong.length > 0) process.exitCode = 1;
}
