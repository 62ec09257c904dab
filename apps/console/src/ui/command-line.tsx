import { Button, CopyButton } from '@mantine/core';

/** The command that does the same as the action beside it. */
export function CommandLine(props: { readonly command: string }) {
  return (
    <div className="command-line">
      <code>{props.command}</code>
      <CopyButton value={props.command}>
        {({ copied, copy }) => (
          <Button variant="subtle" size="compact-xs" onClick={copy} aria-label={`Copy the command: ${props.command}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
