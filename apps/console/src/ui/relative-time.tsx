import { Tooltip } from '@mantine/core';
import { ago } from './ago.ts';
import { useNow } from './use-now.ts';

/** How long ago, kept up to date; the exact time on hover. */
export function RelativeTime(props: { readonly at: string | null; readonly none?: string }) {
  const now = useNow();
  if (props.at === null) return <span className="soft">{props.none ?? 'never'}</span>;
  return (
    <Tooltip label={new Date(props.at).toLocaleString()}>
      <time dateTime={props.at}>{ago(Date.parse(props.at), now)}</time>
    </Tooltip>
  );
}
