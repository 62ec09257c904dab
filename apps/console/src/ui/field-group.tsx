import type { ReactNode } from 'react';

/** Fields of a long form that belong together, with a line that says what they are for. */
export function FieldGroup(props: { readonly title: string; readonly hint: string; readonly children: ReactNode }) {
  return (
    <fieldset className="field-group stack-small">
      <legend>{props.title}</legend>
      <p className="soft">{props.hint}</p>
      {props.children}
    </fieldset>
  );
}
