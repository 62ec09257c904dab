import type { Completion, Environment, Plan } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { completionCommand, completionWords, operationsOfPlan } from './completion.view-model.ts';
import { changeWords, choiceOf, type Fix } from './finding.view-model.ts';

/** Asks for the smallest set of further operations after which no reference breaks, and adds it when the person says so. */
export function CompletePlan(props: {
  readonly plan: Plan;
  readonly target: Environment;
  readonly source: Environment | undefined;
  readonly disabled: boolean;
  readonly onAdd: (steps: readonly Extract<Fix, { kind: 'choose' }>[]) => void;
}) {
  const { plan, target, source } = props;
  const ask = useMutation({
    mutationFn: () =>
      api.completePlan({
        params: { environment: target.name },
        body: { operations: [...operationsOfPlan(plan)], ...(source === undefined ? {} : { source: source.name }) },
      }),
  });
  const broken = plan.findings.some((each) => each.severity === 'error' && each.contract);
  if (!broken) return null;
  return (
    <div className="stack-small">
      {ask.data === undefined ? (
        <div>
          <Button variant="light" loading={ask.isPending} disabled={props.disabled} onClick={() => ask.mutate()}>
            Complete the plan
          </Button>
          {ask.isPending ? (
            <span className="soft" role="status">
              {' '}
              Looking for the smallest set of operations that mends it…
            </span>
          ) : null}
        </div>
      ) : (
        <Answer
          completion={ask.data}
          source={source?.displayName}
          onAdd={() => {
            props.onAdd(stepsOf(ask.data));
            ask.reset();
          }}
        />
      )}
      {ask.isError ? <ErrorNote error={ask.error} retry={() => ask.mutate()} /> : null}
      <CommandLine command={completionCommand({ plan, target: target.name, source: source?.name })} />
    </div>
  );
}

function Answer(props: {
  readonly completion: Completion;
  readonly source: string | undefined;
  readonly onAdd: () => void;
}) {
  const { completion } = props;
  return (
    <div className="note waiting stack-small" role="status">
      <strong>{completionWords(completion, props.source)}</strong>
      {completion.operations.length === 0 ? null : (
        <ul className="plain-list">
          {completion.operations.map((each) => (
            <li key={each.application.id}>{changeWords(each)}</li>
          ))}
        </ul>
      )}
      {completion.because.length === 0 ? null : (
        <ol className="plain-list">
          {completion.because.map((each) => (
            <li key={each.code + each.application + each.detail}>{each.detail}</li>
          ))}
        </ol>
      )}
      {completion.remaining.length === 0 ? null : (
        <span className="soft">
          {completion.remaining.length === 1
            ? 'One finding would be left, which only people can answer.'
            : `${completion.remaining.length} findings would be left, which only people can answer.`}
        </span>
      )}
      {completion.operations.length === 0 ? null : (
        <div>
          <Button size="compact-xs" onClick={props.onAdd}>
            Add {completion.operations.length === 1 ? 'it' : 'them'} to the plan
          </Button>
        </div>
      )}
    </div>
  );
}

function stepsOf(completion: Completion): readonly Extract<Fix, { kind: 'choose' }>[] {
  return completion.operations.flatMap((each) => {
    const choice = choiceOf(each);
    return choice === null
      ? []
      : [{ kind: 'choose' as const, application: each.application.name, choice, label: changeWords(each) }];
  });
}
