import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

/** Starts a hotfix of what a later environment runs. */
export function StartHotfix(props: {
  readonly application: string;
  readonly environment: string;
  readonly label: string;
}) {
  const { application, environment, label } = props;
  const queryClient = useQueryClient();
  const start = useMutation({
    mutationFn: () => api.startHotfix({ params: { application }, body: { environment } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['hotfixes'] }),
  });
  return (
    <div className="stack-small">
      <div>
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
          Start a hotfix of {label}
        </Button>
      </div>
      <CommandLine command={`almanac hotfix start ${application} --env ${environment}`} />
      {start.isError ? <ErrorNote error={start.error} /> : null}
      {start.data === undefined ? null : (
        <div className="note" role="status">
          Hotfix {start.data.number} is open on <span className="mono">{start.data.branch}</span>.{' '}
          <Link to="/applications/$application" params={{ application }} search={{}}>
            See what comes next
          </Link>
        </div>
      )}
    </div>
  );
}
