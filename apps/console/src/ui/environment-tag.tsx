import type { Environment } from '@almanac/protocol';

/** An environment with the hue of its type. */
export function EnvironmentTag(props: { readonly environment: Pick<Environment, 'displayName' | 'type'> }) {
  return (
    <span className={`environment-tag environment-type-${props.environment.type}`}>
      {props.environment.displayName}
    </span>
  );
}
