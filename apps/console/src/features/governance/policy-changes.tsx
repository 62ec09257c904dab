import { isChange, type PolicyChange } from './policy-form.view-model.ts';

const marks = { added: '+', removed: '−', same: ' ' } as const;
const spoken = { added: 'comes:', removed: 'goes:', same: 'stays:' } as const;

/** What a policy asks for that another did not, line by line; what stays the same is soft. */
export function PolicyChanges(props: { readonly changes: readonly PolicyChange[]; readonly onlyChanges?: boolean }) {
  if (!isChange(props.changes)) return <p className="soft">Nothing: this is what holds.</p>;
  const shown = props.onlyChanges === true ? props.changes.filter((each) => each.kind !== 'same') : props.changes;
  return (
    <ul className="policy-changes">
      {shown.map((each) => (
        <li key={each.kind + each.words} className={each.kind}>
          <span aria-hidden>{marks[each.kind]}</span>
          <span>
            <span className="visually-hidden">{spoken[each.kind]} </span>
            {each.words}
          </span>
        </li>
      ))}
    </ul>
  );
}
