import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { listAll, pageQuery } from '../../paging.ts';
import { auditFilter, filterOptions } from './filter.ts';

const formats = ['jsonl', 'csv'] as const;

export const exportAudit: CommandDefinition = {
  usage: 'export <file>',
  summary: 'Write the sealed entries to a file, oldest first',
  examples: ['almanac audit export audit.jsonl', 'almanac audit export may.csv --format csv --since 2026-05-01'],
  options: [...filterOptions, ['--format <format>', `one of ${formats.join(', ')}`, 'jsonl']],
  run: async (session, input) => {
    const file = argument(input, 0);
    const format = formats.find((each) => each === textOption(input, 'format'));
    if (format === undefined) throw new CommandError(`--format is one of ${formats.join(', ')}`);
    const answer = await session.client.exportAudit({ query: { format, ...auditFilter(input, session.now()) } });
    if (!(answer instanceof Response) || answer.body === null)
      throw new CommandError('the server sent no entries', exitCodes.defect);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
    session.show({ file }, () => [`The entries are in ${file}.`]);
    return exitCodes.ok;
  },
};

export const listCheckpoints: CommandDefinition = {
  usage: 'checkpoints',
  summary: 'Print what was signed of the audit, a line each: keep it elsewhere, and verify against it',
  examples: ['almanac audit checkpoints > checkpoints.jsonl'],
  run: async (session) => {
    const found = await listAll((cursor) => session.client.listAuditCheckpoints({ query: pageQuery(cursor) }));
    for (const each of found) session.terminal.print(JSON.stringify(each));
    return exitCodes.ok;
  },
};
