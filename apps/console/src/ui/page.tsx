import { type ReactNode, useEffect } from 'react';

/** The head of a page and its content; the browser's title follows. */
export function Page(props: {
  readonly title: string;
  readonly under?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Almanac`;
  }, [props.title]);
  return (
    <>
      <header className="page-head spread">
        <div>
          <h1>{props.title}</h1>
          {props.under === undefined ? null : <div className="soft">{props.under}</div>}
        </div>
        {props.actions === undefined ? null : <div className="row">{props.actions}</div>}
      </header>
      {props.children}
    </>
  );
}
