import type { BuildReference, Environment } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { encodeChoices } from './choice.ts';
import { EarliestLine, Obstacles } from './gates.tsx';

interface Question {
  readonly application: string;
  readonly build: BuildReference;
  readonly environment: Pick<Environment, 'name' | 'displayName'>;
}

/** What stands between a version and an environment; read only when somebody asks. */
export function WhyPanel(props: Question) {
  const { build, environment } = props;
  const [open, setOpen] = useState(false);
  return (
    <details className="why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        What stands between {build.label} and {environment.displayName}?
      </summary>
      {open ? <Answer {...props} /> : null}
    </details>
  );
}

function Answer(props: Question) {
  const { application, build, environment } = props;
  const standing = useQuery({
    queryKey: ['governance', 'standing', environment.name, application, build.id],
    queryFn: () =>
      api.getStanding({ params: { environment: environment.name }, query: { application, version: build.id } }),
  });
  return (
    <div className="stack-small">
      <Read query={standing} skeleton={<SkeletonRows rows={2} columns={2} />}>
        {(found) =>
          found.runs ? (
            <StateMark health="healthy" word={`${environment.displayName} runs it already.`} showWord />
          ) : found.obstacles.length === 0 ? (
            <StateMark health="healthy" word="Nothing: it can be deployed now." showWord />
          ) : (
            <>
              <Obstacles obstacles={found.obstacles} />
              <EarliestLine standing={found} />
            </>
          )
        }
      </Read>
      <Link
        to="/plans/compose"
        search={{
          to: environment.name,
          choose: encodeChoices(
            new Map([
              [
                application,
                build.version === null
                  ? { kind: 'build', build: build.id }
                  : { kind: 'version', number: build.version },
              ],
            ]),
          ),
        }}
      >
        Compose a plan with it
      </Link>
      <CommandLine command={`almanac why ${application}@${build.version ?? build.id} ${environment.name}`} />
    </div>
  );
}
