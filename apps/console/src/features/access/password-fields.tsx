import { PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import type { FormWay } from './sign-in-ways.view-model.ts';

export interface GivenPassword {
  readonly name: string;
  readonly password: string;
}

/** Name and password, and whose they are where several know people by them. */
export function PasswordFields(props: {
  readonly ways: readonly FormWay[];
  readonly way: FormWay;
  readonly onWay: (way: string) => void;
  readonly given: GivenPassword;
  readonly onGive: (given: GivenPassword) => void;
}) {
  const { ways, way, given, onGive } = props;
  return (
    <>
      {ways.length === 1 ? null : (
        <SegmentedControl
          aria-label="Whose name and password"
          fullWidth
          orientation={ways.length > 3 ? 'vertical' : 'horizontal'}
          data={ways.map((each) => ({ ...each }))}
          value={way.value}
          onChange={props.onWay}
        />
      )}
      <TextInput
        label={ways.length === 1 ? 'Name' : `Name at ${way.label}`}
        required
        autoComplete="username"
        data-autofocus
        value={given.name}
        onChange={(event) => onGive({ ...given, name: event.currentTarget.value })}
      />
      <PasswordInput
        label="Password"
        required
        autoComplete="current-password"
        value={given.password}
        onChange={(event) => onGive({ ...given, password: event.currentTarget.value })}
      />
    </>
  );
}
