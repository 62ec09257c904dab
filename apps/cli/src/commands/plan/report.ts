import { writeFile } from 'node:fs/promises';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { standingLines } from '../../output/standing.ts';
import { planLines } from '../../watch/watch-plan.ts';

export const reportPlan: CommandDefinition = {
  usage: 'report <number>',
  summary: 'Show a plan as evidence, or write it down as a page or a document',
  examples: ['almanac plan report 17', 'almanac plan report 17 --html plan-17.html', 'almanac plan report 17 --json'],
  options: [['--html <file>', 'write the report as one page that needs nothing else']],
  run: async (session, input) => {
    const params = { plan: argument(input, 0) };
    const file = textOption(input, 'html');
    if (file !== undefined) {
      const page = await session.client.getPlanReportPage({ params });
      if (!(page instanceof Response)) throw new CommandError('the server sent no page', exitCodes.defect);
      await writeFile(file, await page.text());
      session.show({ file }, () => [`The report is in ${file}.`]);
      return exitCodes.ok;
    }
    const report = await session.client.getPlanReport({ params });
    const { plan } = report;
    session.show(report, () => [
      ...planLines(session.terminal, plan),
      ...plan.approvals.map(
        (each) => `  ${each.verdict} by ${each.by} at ${each.at}${each.comment === '' ? '' : `: ${each.comment}`}`,
      ),
      ...plan.exemptions.map((each) => `  ${each.subject} set aside by ${each.by} at ${each.at}: ${each.reason}`),
      ...(plan.startedAt === null ? standingLines(report.standing, 'Nothing stands in its way.') : []),
      ...report.log.map((each) => `${each.at}  ${each.level.padEnd(7)}  ${each.message}`),
    ]);
    return exitCodes.ok;
  },
};
