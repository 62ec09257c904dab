import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { AskReason } from '../../ui/ask-reason.tsx';

/** Puts a build into quarantine, with a reason. */
export function QuarantineBuild(props: {
  readonly application: string;
  /** Its version, number or key. */
  readonly build: string;
  readonly label: string;
  readonly onClose: () => void;
}) {
  const { application, build, label } = props;
  const queryClient = useQueryClient();
  return (
    <AskReason
      title={`Put ${application} ${label} into quarantine`}
      action={`Put ${application} ${label} into quarantine`}
      command={(reason) => `almanac quarantine add ${application}@${build} --reason ${reason}`}
      run={async (reason) => {
        await api.createQuarantine({ body: { application, build, reason } });
        await queryClient.invalidateQueries({ queryKey: ['governance'] });
      }}
      onClose={props.onClose}
    >
      Nobody and nothing deploys it anywhere until somebody lets it out, whatever else speaks for it. What runs already
      stays as it is.
    </AskReason>
  );
}
