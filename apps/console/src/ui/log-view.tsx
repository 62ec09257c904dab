import { Switch } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { logParts, toLines } from './log-lines.ts';

const lineHeight = 18;

/** A log of any length: only what is seen is drawn; searched, followed, in its colours. */
export function LogView(props: { readonly text: string; readonly complete: boolean; readonly label: string }) {
  const lines = useMemo(() => toLines(props.text), [props.text]);
  const [search, setSearch] = useState('');
  const [follow, setFollow] = useState(true);
  const scroll = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => lineHeight,
    overscan: 30,
  });
  const found = useMemo(
    () =>
      search === ''
        ? []
        : lines.flatMap((line, index) => (line.toLowerCase().includes(search.toLowerCase()) ? [index] : [])),
    [lines, search],
  );
  const [current, setCurrent] = useState(0);

  useEffect(() => {
    if (follow && lines.length > 0 && search === '') virtualizer.scrollToIndex(lines.length - 1);
  }, [follow, lines.length, search, virtualizer]);
  const next = () => {
    const index = found[current % Math.max(1, found.length)];
    if (index === undefined) return;
    virtualizer.scrollToIndex(index, { align: 'center' });
    setCurrent(current + 1);
  };

  return (
    <section className="log" aria-label={props.label}>
      <div className="log-bar">
        <input
          type="search"
          placeholder="Search this log"
          aria-label="Search this log"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setCurrent(0);
          }}
          onKeyDown={(event) => event.key === 'Enter' && next()}
        />
        {search === '' ? null : (
          <button type="button" className="link-button" onClick={next}>
            {found.length === 0 ? 'not found' : `${found.length} found, next`}
          </button>
        )}
        <span className="soft" style={{ marginLeft: 'auto' }}>
          {lines.length.toLocaleString()} lines{props.complete ? '' : ', growing'}
        </span>
        <Switch
          size="xs"
          label="Follow"
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div className="log-lines" ref={scroll} tabIndex={0} role="log">
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => (
            <div
              key={item.key}
              className={`log-line${found.includes(item.index) ? ' found' : ''}`}
              style={{ position: 'absolute', top: item.start, left: 0 }}
            >
              {logParts(lines[item.index] ?? '').map((part, index) => (
                // The parts of a line have no identity but their place.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <span key={index} className={part.className || undefined}>
                  {part.text}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}
