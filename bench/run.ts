// Runs benchmarks: `npm run bench -- [NAME …] [--json] [--record]`. Exit status 1 when a bar falls short.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, type FigureReport, reportFigure } from './benchmark.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    /** Writes the figures to docs/benchmarks.md, in the place of earlier ones of the same benchmarks. */
    record: { type: 'boolean', default: false },
  },
});
const found: Benchmark[] = [];
for (const file of (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.bench.ts')).sort()) {
  const loaded = (await import(join(import.meta.dirname, file))) as { readonly benchmark: Benchmark };
  found.push(loaded.benchmark);
}
const unknown = positionals.filter((name) => !found.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${found.map((each) => each.name).join(', ')}.`);
  process.exit(2);
}

const reports: FigureReport[] = [];
for (const benchmark of found.filter((each) => positionals.length === 0 || positionals.includes(each.name))) {
  const missing = benchmark.needs?.() ?? [];
  if (missing.length > 0) {
    console.error(`${benchmark.name}: left out; it needs ${missing.join(' and ')}`);
    continue;
  }
  if (!values.json) console.log(`${benchmark.name}: ${benchmark.about}`);
  for (const figure of await benchmark.run()) {
    const report = reportFigure(benchmark.name, figure);
    reports.push(report);
    console.log(values.json ? JSON.stringify(report) : line(report));
  }
}
if (values.record) await record(reports);
process.exitCode = reports.some((each) => each.holds === false) ? 1 : 0;

function line(report: FigureReport): string {
  const bar = report.bar === null ? '' : `   ${report.bar}: ${report.holds === true ? 'holds' : 'FALLS SHORT'}`;
  return `  ${report.figure}: ${round(report.median)} ${report.unit} (${round(report.min)} to ${round(report.max)})${bar}`;
}

async function record(all: readonly FigureReport[]): Promise<void> {
  const file = join(import.meta.dirname, '..', 'docs', 'benchmarks.md');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const first = lines.findIndex((each) => each.startsWith('|---')) + 1;
  const replaced = new Set(all.map((each) => each.bench));
  const kept = lines.slice(first).filter((each) => !replaced.has(each.split(' | ')[0]?.slice(2) ?? ''));
  const byBench = (row: string) => row.slice(0, row.indexOf(' |'));
  const rows = [...kept, ...all.map(row)].sort((a, b) =>
    byBench(a) < byBench(b) ? -1 : byBench(a) > byBench(b) ? 1 : 0,
  );
  await writeFile(file, `${[...lines.slice(0, first), ...rows].join('\n')}\n`);
}

function row(each: FigureReport): string {
  const holds = each.holds === null ? '' : each.holds ? 'yes' : 'no';
  const figures = [each.median, each.min, each.max].map(round).join(' | ');
  return `| ${each.bench} | ${each.figure} | ${figures} | ${each.unit} | ${each.bar ?? ''} | ${holds} |`;
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
