import { Button, CopyButton } from '@mantine/core';

/** Recovery codes, on the only occasion on which they are shown. */
export function RecoveryCodes(props: {
  readonly codes: readonly string[];
  readonly done: string;
  readonly onDone: () => void;
}) {
  const text = `${props.codes.join('\n')}\n`;
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        <strong>Keep your recovery codes.</strong> Each lets you in once when your second factor is lost. They are not
        shown again.
      </p>
      <ul className="recovery-codes mono" aria-label="Recovery codes">
        {props.codes.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy all'}
            </Button>
          )}
        </CopyButton>
        <Button
          component="a"
          variant="default"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="almanac-recovery-codes.txt"
        >
          Download
        </Button>
        <Button onClick={props.onDone}>{props.done}</Button>
      </div>
    </div>
  );
}
