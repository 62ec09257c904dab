import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { breakGlassWords } from './break-glass.view-model.ts';

/** Makes, shows and ends the credentials for an emergency. */
export function BreakGlassPanel() {
  const queryClient = useQueryClient();
  const found = useQuery({ queryKey: ['break-glass'], queryFn: () => api.getBreakGlass() });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['break-glass'] });
  const make = useMutation({ mutationFn: () => api.makeBreakGlass({ body: {} }), onSuccess: refresh });
  const end = useMutation({
    mutationFn: () => api.endBreakGlass(),
    onSuccess: () => {
      make.reset();
      refresh();
    },
  });
  const error = make.error ?? end.error;
  return (
    <Read query={found} skeleton={<SkeletonRows rows={1} columns={2} />}>
      {(state) => (
        <div className="stack-small">
          <p style={{ margin: 0, maxWidth: 640 }}>{breakGlassWords(state)}</p>
          {error === null ? null : <ErrorNote error={error} />}
          {make.data === undefined ? null : (
            <>
              <p style={{ margin: 0, maxWidth: 640 }}>
                Print this, seal it, and keep it where two people are needed to get it. It is used at{' '}
                <span className="mono">{make.data.url}</span>, works once, and is not shown again.
              </p>
              <CommandLine command={make.data.secret} />
            </>
          )}
          <div className="row">
            <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
              {state.state === 'ready' ? 'Make others' : 'Make credentials'}
            </Button>
            {state.state === 'off' ? null : (
              <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
                End them
              </Button>
            )}
          </div>
        </div>
      )}
    </Read>
  );
}
