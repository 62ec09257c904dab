import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty, ErrorNote } from '../../ui/page-states.tsx';

/** The first screen of a new installation: the one next step. */
export function EmptyEstate(props: { readonly onAdd: () => void }) {
  const queryClient = useQueryClient();
  const load = useMutation({
    mutationFn: () => api.loadSample(),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['board'] }),
  });
  return (
    <Empty title="Nothing runs here yet">
      <p style={{ margin: 0 }}>
        The sample estate is a small shop of three applications. Almanac makes git repositories of them, builds and
        tests them and brings them to Development, so that you can look at everything with something real in it.
      </p>
      <Button loading={load.isPending || load.isSuccess} onClick={() => load.mutate()}>
        Load the sample estate
      </Button>
      {load.isSuccess ? (
        <p className="soft" role="status">
          The sample is on its way: its applications appear here as they are added.
        </p>
      ) : null}
      {load.isError ? <ErrorNote error={load.error} /> : null}
      <CommandLine command="almanac sample load" />
      <p style={{ margin: 0 }}>
        Or{' '}
        <button type="button" className="link-button" onClick={props.onAdd}>
          add an application of yours
        </button>{' '}
        from a git repository with an almanac.yaml.
      </p>
    </Empty>
  );
}
