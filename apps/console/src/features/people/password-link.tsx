import { CommandLine } from '../../ui/command-line.tsx';

/** A link that is given on by hand, and shown once. */
export function PasswordLink({
  name,
  link,
}: {
  readonly name: string;
  readonly link: { readonly url: string; readonly expiresAt: string };
}) {
  return (
    <div className="stack-small">
      <p style={{ margin: 0 }}>
        Give {name} this link. It works once, until {new Date(link.expiresAt).toLocaleString()}; it is not shown again.
      </p>
      <CommandLine command={link.url} />
    </div>
  );
}
