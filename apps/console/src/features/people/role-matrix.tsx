import { accessLevels, capabilities, environmentTypes } from '@almanac/domain';
import { Button, Checkbox, Select } from '@mantine/core';
import {
  type Column,
  capabilityWords,
  columnsOf,
  held,
  levelLabel,
  levelNames,
  levelOf,
  type RoleForm,
  toggled,
  withColumn,
  withHeld,
  withoutColumn,
} from './role-matrix.view-model.ts';
import { useEnvironments } from './use-names.ts';

interface Props {
  readonly form: RoleForm;
  readonly editable: boolean;
  readonly onChange: (form: RoleForm) => void;
}

/** Capabilities by where they count: the column that speaks most specifically of an environment counts alone. */
export function RoleMatrix(props: Props) {
  const { form, editable, onChange } = props;
  const columns = columnsOf(form);
  return (
    <section className="stack-small" aria-label="Capabilities">
      <h2>Capabilities</h2>
      <p className="soft" style={{ margin: 0 }}>
        For each environment one column counts: the one of its name, else of its type, else the last.
      </p>
      <div className="table-scroll">
        <table className="table role-matrix">
          <thead>
            <tr>
              <th>Capability</th>
              {columns.map((column) => (
                <ColumnHead key={column.label} column={column} {...props} />
              ))}
            </tr>
          </thead>
          <tbody>
            {capabilities.map((capability) => (
              <tr key={capability}>
                <th scope="row">
                  {capability}
                  <div className="soft">{capabilityWords[capability]}</div>
                </th>
                {columns.map((column) => (
                  <td key={column.label}>
                    <Checkbox
                      aria-label={`${capability}, ${column.label}`}
                      checked={held(form, column).includes(capability)}
                      disabled={!editable}
                      onChange={() => onChange(toggled(form, column, capability))}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {editable ? <AddColumn {...props} /> : null}
    </section>
  );
}

function ColumnHead({ column, form, editable, onChange }: Props & { readonly column: Column }) {
  const level = levelOf(held(form, column));
  return (
    <th>
      <div>{column.label}</div>
      {editable ? (
        <Select
          aria-label={`Level ${column.label}`}
          data={levelNames.map((each) => ({ value: each, label: levelLabel(each) }))}
          value={level ?? null}
          placeholder="A set of its own"
          onChange={(value) => {
            const chosen = levelNames.find((each) => each === value);
            if (chosen !== undefined) onChange(withHeld(form, column, accessLevels[chosen]));
          }}
        />
      ) : (
        <div className="soft">{level === undefined ? 'a set of its own' : levelLabel(level)}</div>
      )}
      {editable && column.kind !== 'elsewhere' ? (
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={`Say nothing of ${column.label}`}
          onClick={() => onChange(withoutColumn(form, column))}
        >
          Say nothing of it
        </Button>
      ) : null}
    </th>
  );
}

function AddColumn({ form, onChange }: Props) {
  const environments = useEnvironments().filter((each) => form.environments[each.value] === undefined);
  const types = environmentTypes.filter((type) => form.types[type] === undefined);
  return (
    <div className="people-fields">
      <Select
        label="Say something of a type"
        placeholder="Type of environment"
        data={types.map((type) => ({ value: type, label: `all of type ${type}` }))}
        value={null}
        onChange={(value) => {
          const type = types.find((each) => each === value);
          if (type !== undefined) onChange(withColumn(form, { kind: 'type', type, label: type }));
        }}
      />
      <Select
        label="Say something of one environment"
        placeholder="Environment"
        data={[...environments]}
        value={null}
        onChange={(name) =>
          name === null ? undefined : onChange(withColumn(form, { kind: 'environment', name, label: name }))
        }
      />
    </div>
  );
}
