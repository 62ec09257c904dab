import type { Site } from '@almanac/protocol';
import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { labelsOf } from '../environments/rings.view-model.ts';

function linesOf(labels: Site['labels']): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** What the command line is told: labels as they are to be, and those that go with a minus. */
function wordsOf(before: Site['labels'], after: Site['labels']): readonly string[] {
  const gone = Object.keys(before).filter((key) => after[key] === undefined);
  return [...linesOf(after), ...gone.map((key) => `${key}-`)];
}

/** The labels of a site, and a way to change them. */
export function SiteLabels(props: { readonly site: Site }) {
  const { site } = props;
  const [editing, setEditing] = useState(false);
  const lines = linesOf(site.labels);
  return (
    <span className="row" style={{ flexWrap: 'wrap' }}>
      <span className="mono">{lines.length === 0 ? 'none' : lines.join('  ')}</span>
      <button type="button" className="link-button" onClick={() => setEditing(true)}>
        Change
      </button>
      {editing ? <EditLabels site={site} onClose={() => setEditing(false)} /> : null}
    </span>
  );
}

function EditLabels(props: { readonly site: Site; readonly onClose: () => void }) {
  const { site } = props;
  const [text, setText] = useState(linesOf(site.labels).join('\n'));
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      api.updateSite({ params: { site: site.id }, body: { labels: labelsOf(text) }, revision: site.revision }),
    onSuccess: props.onClose,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['site'] }),
  });
  return (
    <Modal opened onClose={props.onClose} title={`Labels of ${site.name}`}>
      <Form onSubmit={() => save.mutate()}>
        <p style={{ margin: 0 }}>
          Labels say which applications run on {site.name}, which settings it gets, and which ring of the next change it
          is in.
        </p>
        <Textarea
          label="Labels, key=value, one a line"
          autosize
          minRows={3}
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {save.isError ? <ErrorNote error={save.error} /> : null}
        <CommandLine command={`almanac site label ${site.name} ${wordsOf(site.labels, labelsOf(text)).join(' ')}`} />
        <div className="row">
          <Button type="submit" loading={save.isPending}>
            Label {site.name}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
