import { ringWords } from '@almanac/domain';
import type { Environment } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty } from '../../ui/page-states.tsx';
import { EditRings } from './edit-rings.tsx';

/** How a change goes over the sites of the environment. */
export function RingsTab(props: { readonly environment: Environment }) {
  const { environment } = props;
  const { rings, name } = environment;
  const [editing, setEditing] = useState(false);
  if (editing) return <EditRings environment={environment} onClose={() => setEditing(false)} />;
  if (rings === null)
    return (
      <Empty title="All sites take a change together">
        <p className="soft" style={{ margin: 0 }}>
          With rings a change goes to few sites first, and on to the others once it held there.
        </p>
        <Button onClick={() => setEditing(true)}>Set up rings</Button>
      </Empty>
    );
  return (
    <div className="stack">
      <ol className="ring-list">
        {rings.rings.map((each) => (
          <li key={each.name}>
            <strong>{each.name}</strong> <span className="soft">{ringWords(each)}</span>
          </li>
        ))}
      </ol>
      {rings.link === null ? null : (
        <p style={{ margin: 0 }}>
          Of the sites that share a <strong>{rings.link.label}</strong>, {rings.link.atOnce} at a time.
        </p>
      )}
      <div>
        <Button variant="default" onClick={() => setEditing(true)}>
          Change the rings of {environment.displayName}
        </Button>
      </div>
      <CommandLine command={`almanac env rings ${name}`} />
    </div>
  );
}
