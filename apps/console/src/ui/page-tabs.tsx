import { Link, type LinkProps } from '@tanstack/react-router';

export interface PagePart {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
}

/** Pages that belong together, as tabs below their title; `active` is the one that a page, or a page below it, is part of. */
export function PageTabs(props: {
  readonly label: string;
  readonly parts: readonly PagePart[];
  readonly active: PagePart['to'];
}) {
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.parts.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className={`tab${to === props.active ? ' active' : ''}`}
          // The first part is above the others; only its own page makes it the one that is shown.
          activeOptions={{ exact: true }}
          {...(to === props.active ? { 'aria-current': 'page' as const } : {})}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
