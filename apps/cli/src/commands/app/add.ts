import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Inspection } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';

export const addApplication: CommandDefinition = {
  usage: 'add <repository>',
  summary: 'Add the application of a git repository, and build it',
  examples: [
    'almanac app add https://git.example.com/shop.git',
    'almanac app add ./shop --branch main --manifest services/almanac.yaml',
  ],
  options: [
    ['--branch <name>', 'branch to build', 'main'],
    ['--manifest <path>', 'manifest inside the repository', 'almanac.yaml'],
    ['--dry-run', 'only say what the manifest holds'],
  ],
  run: async (session, input) => {
    const started = await session.client.createInspection({
      body: {
        repository: addressOf(argument(input, 0)),
        branch: textOption(input, 'branch') ?? 'main',
        manifestPath: textOption(input, 'manifest') ?? 'almanac.yaml',
      },
    });
    const inspection = await waitForInspection(session, started);
    if (inspection.state === 'failed') return refuse(session, inspection);
    if (input.options['dryRun'] === true) {
      session.show(inspection, () => foundLines(inspection));
      return exitCodes.ok;
    }
    const application = await session.client.createApplication({ body: { inspection: inspection.id } });
    session.show(application, () => [
      ...foundLines(inspection),
      `Added ${application.name}. Its first build has been asked for: almanac build list ${application.name}`,
    ]);
    return exitCodes.ok;
  },
};

/** A path is meant as seen from here; the builder needs it from the root. */
function addressOf(text: string): string {
  return !text.includes('://') && !isAbsolute(text) && existsSync(text) ? resolve(text) : text;
}

async function waitForInspection(session: Session, started: Inspection): Promise<Inspection> {
  let current = started;
  while (current.state === 'queued' || current.state === 'running') {
    if (!session.json) session.terminal.update([`Reading ${current.repository} (${current.branch})…`]);
    current = await session.client.getInspection({ params: { inspection: current.id }, query: { wait: 20 } });
  }
  return current;
}

function refuse(session: Session, inspection: Inspection): number {
  session.show(inspection, () => {
    const { fault } = inspection;
    return [
      session.terminal.paint('red', fault?.detail ?? 'the repository could not be read'),
      ...(fault?.faults ?? []).map(
        (each) =>
          `  ${inspection.manifestPath}:${each.line}:${each.column}: ${each.path === '' ? '' : `${each.path}: `}${each.detail}`,
      ),
    ];
  });
  return exitCodes.workFailed;
}

function foundLines(inspection: Inspection): readonly string[] {
  const { manifest, commit } = inspection;
  if (manifest === null) return [];
  return [
    `${manifest.application}  at ${commit?.hash.slice(0, 8) ?? ''} ${commit?.subject ?? ''}`,
    `  modules   ${Object.keys(manifest.modules).join(', ')}`,
    ...(Object.keys(manifest.settings).length === 0
      ? []
      : [`  settings  ${Object.keys(manifest.settings).join(', ')}`]),
  ];
}
