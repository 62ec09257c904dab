import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ago } from './ago.ts';

/** How long ago, kept up to date; the exact time on hover. */
export function RelativeTime(props: { readonly at: string | null; readonly none?: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (props.at === null) return <span className="soft">{props.none ?? 'never'}</span>;
  return (
    <Tooltip label={new Date(props.at).toLocaleString()}>
      <time dateTime={props.at}>{ago(Date.parse(props.at), now)}</time>
    </Tooltip>
  );
}
