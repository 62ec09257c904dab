import type { Build } from '@almanac/protocol';
import { exitCodeOf } from '../exit-codes.ts';
import { CommandError } from '../output/report-error.ts';
import { listAll, pageQuery } from '../paging.ts';
import type { Session } from '../session.ts';

/** The build of an application with a number as people see it; without one, the newest that succeeded. */
export async function findBuild(
  session: Session,
  input: { readonly application: string; readonly number: string | undefined },
): Promise<Build> {
  const { application, number } = input;
  const builds = await listAll((cursor) =>
    session.client.listBuilds({ params: { application }, query: pageQuery(cursor) }),
  );
  const found =
    number === undefined
      ? builds.find((each) => each.state === 'succeeded')
      : builds.find((each) => String(each.number) === number);
  if (found !== undefined) return found;
  const what = number === undefined ? 'no build that succeeded' : `no build ${number}`;
  throw new CommandError(
    `${application} has ${what}; see "almanac build list ${application}"`,
    exitCodeOf['not-found'],
  );
}
