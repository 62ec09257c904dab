import { rights } from '@almanac/domain';
import { Checkbox } from '@mantine/core';
import type { RoleForm } from './role-matrix.view-model.ts';

/** Rights of the installation: they count where the role is somebody's default role, managing a team also within the team. */
export function RoleRights(props: {
  readonly form: RoleForm;
  readonly editable: boolean;
  readonly onChange: (form: RoleForm) => void;
}) {
  const { form, editable, onChange } = props;
  return (
    <section className="stack-small" aria-label="Rights">
      <h2>Rights of the installation</h2>
      <p className="soft" style={{ margin: 0 }}>
        They count as a default role. “Manage own team” counts in a team as well.
      </p>
      {rights.map((right) => (
        <Checkbox
          key={right}
          label={right.replaceAll('-', ' ')}
          checked={form.rights.includes(right)}
          disabled={!editable}
          onChange={() =>
            onChange({
              ...form,
              rights: form.rights.includes(right)
                ? form.rights.filter((each) => each !== right)
                : rights.filter((each) => each === right || form.rights.includes(each)),
            })
          }
        />
      ))}
    </section>
  );
}
