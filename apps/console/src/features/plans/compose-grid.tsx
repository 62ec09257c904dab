import type { Operation } from '@almanac/protocol';
import { Button, Menu } from '@mantine/core';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Change, VersionChip } from '../../ui/version-chip.tsx';
import type { Choice } from './choice.ts';
import { type ChoiceOption, type ComposeRow, choiceWords, differenceWords, optionsOf } from './compose.view-model.ts';
import { type ComposeSource, sourceWords, type There } from './compose-source.ts';
import { judgeStrategy, type StrategyTexts } from './strategy-choice.ts';

type Environment = Parameters<typeof EnvironmentTag>[0]['environment'];

export interface GridEvents {
  readonly onChoose: (application: string, choice: Choice) => void;
  readonly onAsk: (line: ComposeRow, asks: 'version' | 'tag' | 'strategy') => void;
}

/** Applications of two environments side by side, with what becomes of each. */
export function ComposeGrid(
  props: {
    readonly lines: readonly ComposeRow[];
    readonly target: Environment;
    readonly source: ComposeSource | undefined;
    /** What the server made of the choices, by application. */
    readonly operations: ReadonlyMap<string, Operation>;
    /** How many values were given with the plan, by application. */
    readonly given: ReadonlyMap<string, number>;
    /** How applications take over this time, where it is not as usual. */
    readonly strategies: StrategyTexts;
  } & GridEvents,
) {
  const { source, target } = props;
  const names = { target: target.displayName, source: source === undefined ? undefined : sourceWords(source) };
  return (
    <div className="table-scroll compose-grid">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Application</th>
            {source === undefined ? null : (
              <th scope="col">
                {source.kind === 'environment' ? (
                  <EnvironmentTag environment={source.environment} />
                ) : (
                  sourceWords(source)
                )}
              </th>
            )}
            <th scope="col">
              <EnvironmentTag environment={target} />
            </th>
            <th scope="col">Differs</th>
            <th scope="col">What becomes of it</th>
          </tr>
        </thead>
        <tbody>
          {props.lines.map((line) => (
            <Line
              key={line.row.application.id}
              line={line}
              names={names}
              hasSource={source !== undefined}
              inRelease={source?.kind === 'release'}
              operation={props.operations.get(line.row.application.name)}
              given={props.given.get(line.row.application.name) ?? 0}
              strategy={judgeStrategy(props.strategies[line.row.application.name]).words}
              onChoose={props.onChoose}
              onAsk={props.onAsk}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line(
  props: {
    readonly line: ComposeRow;
    readonly names: { readonly target: string; readonly source: string | undefined };
    readonly hasSource: boolean;
    readonly inRelease: boolean;
    readonly operation: Operation | undefined;
    readonly given: number;
    /** In words; null as usual. */
    readonly strategy: string | null;
  } & GridEvents,
) {
  const { line, names, operation } = props;
  const { application, displayName } = { application: line.row.application.name, ...line.row.application };
  const chosen = line.choice.kind !== 'leave';
  return (
    <tr className={chosen ? 'chosen' : undefined}>
      <th scope="row">
        {displayName}
        {line.row.team === null ? null : <span className="soft compose-team">{line.row.team}</span>}
      </th>
      {props.hasSource ? (
        <td data-label={names.source}>
          <Cell cell={line.there} without={props.inRelease ? 'not in it' : 'not here'} />
        </td>
      ) : null}
      <td data-label={names.target}>
        <Cell cell={hereOf(line)} without="not here" />
      </td>
      <td data-label="Differs" className="soft">
        {differenceWords(line, names)}
      </td>
      <td data-label="What becomes of it">
        <ChoiceMenu
          label={`What becomes of ${displayName}: ${choiceWords(line)}`}
          words={choiceWords(line)}
          chosen={chosen}
          options={optionsOf(line, names)}
          onPick={(option) => {
            if (option.choice !== null) props.onChoose(application, option.choice);
            else if (option.asks !== null) props.onAsk(line, option.asks);
          }}
        />
        {chosen && operation !== undefined && operation.kind !== 'configure' ? (
          <span className="compose-change">
            <Change before={operation.before} after={operation.kind === 'remove' ? null : operation.after} />
          </span>
        ) : null}
        {props.given === 0 ? null : (
          <span className="soft compose-change">
            {props.given === 1 ? 'one value given' : `${props.given} values given`}
          </span>
        )}
        {chosen && props.strategy !== null ? (
          <span className="soft compose-change compose-strategy">{props.strategy}</span>
        ) : null}
      </td>
    </tr>
  );
}

function hereOf(line: ComposeRow): There | undefined {
  const { here } = line;
  return here === undefined ? undefined : { build: here.build.id, label: here.build.label, health: here.health };
}

function Cell(props: { readonly cell: There | undefined; readonly without: string }) {
  const { cell } = props;
  if (cell === undefined) return <span className="soft">{props.without}</span>;
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      {cell.health === null ? null : <StateMark health={cell.health} />}
      <VersionChip label={cell.label} />
    </span>
  );
}

function ChoiceMenu(props: {
  readonly label: string;
  readonly words: string;
  readonly chosen: boolean;
  readonly options: readonly ChoiceOption[];
  readonly onPick: (option: ChoiceOption) => void;
}) {
  return (
    <Menu position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <Button
          variant={props.chosen ? 'light' : 'default'}
          size="compact-sm"
          aria-label={props.label}
          rightSection={<span aria-hidden>▾</span>}
        >
          {props.words}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {props.options.map((option) => (
          <Menu.Item key={option.label} onClick={() => props.onPick(option)}>
            {option.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
