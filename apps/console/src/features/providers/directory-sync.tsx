import type { DirectorySync, ScimToken } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/use-now.ts';
import { adviceFor, groupWords, lastHere, peopleWords, syncState } from './directory-sync.view-model.ts';

/** How a provider sends its people and groups: where to, by which token, and what came. */
export function DirectorySyncPart(props: { readonly provider: string }) {
  const { provider } = props;
  const sync = useQuery({
    queryKey: ['identity-provider', provider, 'scim'],
    queryFn: () => api.getDirectorySync({ params: { provider } }),
    refetchInterval: 30_000,
  });
  return (
    <Read query={sync} skeleton={<SkeletonRows rows={3} columns={2} />}>
      {(found) => (
        <div className="stack">
          <p className="soft" style={{ margin: 0 }}>
            The provider sends people and groups by itself: accounts are made before anybody signs in, and whoever is
            deactivated there is out here within seconds. Map the key of a person (externalId) to the one that their
            sign-in has; what groups give, the mapping above says.
          </p>
          <Facts sync={found} />
          <Tokens provider={provider} sync={found} />
        </div>
      )}
    </Read>
  );
}

function Facts(props: { readonly sync: DirectorySync }) {
  const { sync } = props;
  const now = useNow();
  const last = lastHere(sync);
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <StateMark {...syncState(sync, now)} showWord />
      </dd>
      <dt>Sends them to</dt>
      <dd>
        <CommandLine command={sync.url} />
      </dd>
      <dt>Last here</dt>
      <dd>{last === null ? 'never' : <RelativeTime at={last} />}</dd>
      <dt>People</dt>
      <dd>{peopleWords(sync)}</dd>
      <dt>Groups</dt>
      <dd>{groupWords(sync)}</dd>
    </dl>
  );
}

function Tokens(props: { readonly provider: string; readonly sync: DirectorySync }) {
  const params = { provider: props.provider };
  const { tokens } = props.sync;
  const [secret, setSecret] = useState<string>();
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['identity-provider', props.provider, 'scim'] });
  const onMade = (made: { readonly secret: string }) => {
    setSecret(made.secret);
    refresh();
  };
  const create = useMutation({ mutationFn: () => api.createScimToken({ params, body: {} }), onSuccess: onMade });
  const rotate = useMutation({ mutationFn: () => api.rotateScimToken({ params, body: {} }), onSuccess: onMade });
  const end = useMutation({
    mutationFn: ({ id }: ScimToken) => api.endScimToken({ params: { ...params, token: id } }),
    onSuccess: () => {
      setSecret(undefined);
      refresh();
    },
  });
  const error = create.error ?? rotate.error ?? end.error;
  const inUse = tokens.some((each) => !each.replaced);
  return (
    <div className="stack-small">
      {secret === undefined ? null : (
        <div className="stack-small">
          <p style={{ margin: 0 }}>The token, for the provider. This is the only time that it is shown.</p>
          <CommandLine command={secret} />
        </div>
      )}
      {error === null ? null : <ErrorNote error={error} />}
      {tokens.length === 0 ? null : (
        <TokenList
          tokens={tokens}
          busy={rotate.isPending || end.isPending}
          onRotate={() => rotate.mutate()}
          onEnd={(token) => end.mutate(token)}
        />
      )}
      {inUse ? null : (
        <div>
          <Button variant="default" loading={create.isPending} onClick={() => create.mutate()}>
            Make a token for SCIM
          </Button>
        </div>
      )}
      <CommandLine command={`almanac provider scim-token ${inUse ? 'show' : 'create'} ${props.provider}`} />
    </div>
  );
}

/** One token in use, and the one before while it still works: too few for a table, and on a phone all of it is seen. */
function TokenList(props: {
  readonly tokens: readonly ScimToken[];
  readonly busy: boolean;
  readonly onRotate: () => void;
  readonly onEnd: (token: ScimToken) => void;
}) {
  const now = useNow();
  return props.tokens.map((token) => (
    <div key={token.id} className="row" style={{ flexWrap: 'wrap' }}>
      <span className="mono">{token.prefix}…</span>
      <span className="soft">
        made by {token.createdBy},{' '}
        {token.lastUsedAt === null ? (
          'never used'
        ) : (
          <>
            used <RelativeTime at={token.lastUsedAt} />
          </>
        )}
        , ends {new Date(token.expiresAt).toLocaleDateString(undefined, { dateStyle: 'medium' })}
        {adviceFor(token, now)}
      </span>
      {token.replaced ? null : (
        <Button
          variant="default"
          size="compact-sm"
          disabled={props.busy}
          aria-label={`Replace the token ${token.prefix}`}
          title="Makes another one; this one works for a day more"
          onClick={props.onRotate}
        >
          Replace
        </Button>
      )}
      <Button
        variant="default"
        size="compact-sm"
        disabled={props.busy}
        aria-label={`End the token ${token.prefix}`}
        onClick={() => props.onEnd(token)}
      >
        End
      </Button>
    </div>
  ));
}
