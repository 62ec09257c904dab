import type { Environment, Ring, Rings } from '@almanac/protocol';
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { draftOf, errorWords, type RingDraft, ringsOf, withRing } from './rings.view-model.ts';

/** The rings of an environment as a form; plans that have begun keep those that they began with. */
export function EditRings(props: { readonly environment: Environment; readonly onClose: () => void }) {
  const { environment } = props;
  const [draft, setDraft] = useState(() => draftOf(environment.rings));
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (rings: Rings | null) =>
      api.updateEnvironment({
        params: { environment: environment.id },
        body: { rings },
        revision: environment.revision,
      }),
    onSuccess: props.onClose,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['environments'] }),
  });
  const put = (ring: RingDraft) =>
    setDraft({ ...draft, rings: draft.rings.map((each) => (each.key === ring.key ? ring : each)) });
  return (
    <Form onSubmit={() => save.mutate(ringsOf(draft))}>
      {draft.rings.map((ring, index) => (
        <RingRow
          key={ring.key}
          ring={ring}
          isLast={index === draft.rings.length - 1}
          onChange={put}
          onRemove={() => setDraft({ ...draft, rings: draft.rings.filter((each) => each.key !== ring.key) })}
        />
      ))}
      <div>
        <Button variant="default" onClick={() => setDraft(withRing(draft))}>
          Add a ring before the last
        </Button>
      </div>
      <div className="ring-form">
        <TextInput
          label="Label of a shared link"
          description="Empty: any number of sites at a time"
          value={draft.link.label}
          onChange={(event) => setDraft({ ...draft, link: { ...draft.link, label: event.currentTarget.value } })}
        />
        <NumberInput
          label="Sites of a link at a time"
          description="While they take the change"
          min={1}
          disabled={draft.link.label === ''}
          value={draft.link.atOnce}
          onChange={(atOnce) => setDraft({ ...draft, link: { ...draft.link, atOnce: Number(atOnce) } })}
        />
      </div>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <CommandLine command={`almanac env rings ${environment.name} --file rings.yaml`} />
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <Button type="submit" loading={save.isPending}>
          Let changes go over {draft.rings.length} {draft.rings.length === 1 ? 'ring' : 'rings'}
        </Button>
        {environment.rings === null ? null : (
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate(null)}>
            Have no rings any more
          </Button>
        )}
        <Button variant="default" onClick={props.onClose}>
          Leave them as they are
        </Button>
      </div>
    </Form>
  );
}

const percents = [
  ['successThreshold', 'Passes at, %'],
  ['errorThreshold', 'Stops above, % failed'],
  ['maxOffline', 'Offline at most, %'],
] as const;

function RingRow(props: {
  readonly ring: RingDraft;
  readonly isLast: boolean;
  readonly onChange: (ring: RingDraft) => void;
  readonly onRemove: () => void;
}) {
  const { ring, isLast, onChange } = props;
  return (
    <fieldset className="ring-form">
      <legend className="visually-hidden">Ring {ring.name}</legend>
      <TextInput
        label="Ring"
        required
        value={ring.name}
        onChange={(event) => onChange({ ...ring, name: event.currentTarget.value })}
      />
      <TextInput
        label={isLast ? 'Sites that are left' : 'Sites (a=b, or 10 %)'}
        required
        disabled={isLast && ring.sites === '100 %'}
        value={ring.sites}
        onChange={(event) => onChange({ ...ring, sites: event.currentTarget.value })}
      />
      {percents.map(([key, label]) => (
        <NumberInput
          key={key}
          label={label}
          min={0}
          max={100}
          value={ring[key]}
          onChange={(value) => onChange({ ...ring, [key]: Number(value) })}
        />
      ))}
      <NumberInput
        label="Judged after, sites"
        min={1}
        value={ring.minExecuted}
        onChange={(value) => onChange({ ...ring, minExecuted: Number(value) })}
      />
      <NumberInput
        label="Soaks, min"
        min={0}
        value={ring.soak}
        onChange={(value) => onChange({ ...ring, soak: Number(value) })}
      />
      <Select
        label="When it stops,"
        data={Object.entries(errorWords).map(([value, label]) => ({ value, label }))}
        value={ring.onError}
        onChange={(value) => onChange({ ...ring, onError: (value ?? 'pause') as Ring['onError'] })}
      />
      {isLast ? null : (
        <button type="button" className="link-button" onClick={props.onRemove}>
          Leave out {ring.name}
        </button>
      )}
    </fieldset>
  );
}
