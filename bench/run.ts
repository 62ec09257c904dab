// Runs benchmarks: `npm run bench -- [NAME …] [--json]`. Exit status 1 when a bar falls short.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, type FigureReport, reportFigure } from './benchmark.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
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
if (positionals.length === 0)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'benchmarks.md'), markdown(reports));
process.exitCode = reports.some((each) => each.holds === false) ? 1 : 0;

function line(report: FigureReport): string {
  const bar = report.bar === null ? '' : `   ${report.bar}: ${report.holds === true ? 'holds' : 'FALLS SHORT'}`;
  return `  ${report.figure}: ${round(report.median)} ${report.unit} (${round(report.min)} to ${round(report.max)})${bar}`;
}

function markdown(all: readonly FigureReport[]): string {
  const rows = all.map(
    (each) =>
      `| ${each.bench} | ${each.figure} | ${round(each.median)} | ${round(each.min)} | ${round(each.max)} | ${each.unit} | ${each.bar ?? ''} | ${each.holds === null ? '' : each.holds ? 'yes' : 'no'} |`,
  );
  return `# Benchmarks\n\nWritten by \`npm run bench\`: ours and the competitor's in turn, in one run on one machine. Trust ratios more than\nabsolute figures.\n\n| bench | figure | median | min | max | unit | bar | holds |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
