import { PasswordInput, Textarea, type TextareaProps } from '@mantine/core';
import type { ChangeEvent } from 'react';

/** The names of the texts of a form. */
type TextOf<Form> = { [Name in keyof Form]: string extends Form[Name] ? Name : never }[keyof Form];

interface Bound {
  readonly value: string;
  readonly onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
}

/** Binds fields to the texts of a form by their names. */
export function textsOf<Form extends object>(props: {
  readonly form: Form;
  readonly change: (changed: Partial<Form>) => void;
}): (name: TextOf<Form>) => Bound {
  const { form, change } = props;
  return (name) => ({
    value: String(form[name]),
    onChange: (event) => change({ [name]: event.currentTarget.value } as Partial<Form>),
  });
}

/** A certificate, a key or a document, as it is pasted. */
export function PastedField(props: TextareaProps & Bound) {
  return <Textarea autosize minRows={2} maxRows={6} classNames={{ input: 'mono' }} {...props} />;
}

/** A secret is given once, and never shown again: where there is one already, nothing has to be typed. */
export function SecretField(props: Bound & { readonly label: string; readonly known: boolean }) {
  const { known, ...bound } = props;
  return (
    <PasswordInput
      {...bound}
      autoComplete="off"
      required={!known}
      description={known ? 'Empty leaves it as it is' : 'It is kept encrypted, and never shown again'}
    />
  );
}
