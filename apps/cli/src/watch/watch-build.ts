import type { BuildDetail } from '@almanac/protocol';
import type { Session } from '../session.ts';

const ended = new Set(['succeeded', 'failed', 'errored', 'cancelled']);

/** Prints the log of a build as it grows, until the build ended. */
export async function watchBuild(session: Session, id: BuildDetail['id']): Promise<BuildDetail> {
  let after = 0;
  for (;;) {
    const chunk = await session.client.readBuildLog({ params: { build: id }, query: { after, wait: 20 } });
    if (chunk.text !== '' && !session.json) session.terminal.print(chunk.text.replace(/\n$/, ''));
    after = chunk.next;
    if (!chunk.complete) continue;
    const build = await session.client.getBuild({ params: { build: id } });
    if (ended.has(build.state)) return build;
  }
}

/** The lines that sum a build up. */
export function buildSummary(session: Session, build: BuildDetail): readonly string[] {
  const { terminal } = session;
  const head = `${build.application.name} build ${build.number} (${build.label}) ${build.state}`;
  const lines = [terminal.paint(build.state === 'succeeded' ? 'green' : 'red', head)];
  for (const each of build.evidence)
    lines.push(`  ${each.module}: ${each.passed} tests passed, ${each.failed} failed, ${each.skipped} skipped`);
  for (const each of build.fault?.faults ?? [])
    lines.push(`  ${each.line}:${each.column}  ${each.path}: ${each.detail}`);
  if (build.fault !== null) lines.push(`  ${build.fault.detail}`);
  return lines;
}
