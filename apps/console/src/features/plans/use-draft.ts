import type { Plan } from '@almanac/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { api } from '../../api.ts';
import type { PlanContent } from './compose.view-model.ts';
import { isDraftOf } from './draft.view-model.ts';

/** So long nothing more is chosen before the server is asked. */
const debounceMs = 400;

export interface Draft {
  /** What the server made of the choices; undefined while there is nothing, or nothing yet. */
  readonly plan: Plan | undefined;
  /** Whether what is shown is of earlier choices. */
  readonly analysing: boolean;
  /** Whether it was started or cancelled meanwhile: nothing is sent then until the choices are others. */
  readonly over: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

interface Progress {
  /** The choices that the server has seen last, also when it refused them. */
  readonly seen: string | null;
  readonly busy: boolean;
  readonly error: unknown;
}

/**
 * Keeps a draft on the server in step with what is chosen: made with the first choice, edited with each further one,
 * cancelled when nothing is chosen any more. One request at a time; what changes meanwhile is sent after it.
 */
export function useDraft(input: {
  readonly target: string | undefined;
  readonly content: PlanContent | null;
  readonly number: string | undefined;
  readonly onNumber: (number: string | undefined) => void;
}): Draft {
  const { target, content, number, onNumber } = input;
  const queryClient = useQueryClient();
  const [progress, setProgress] = useState<Progress>({ seen: null, busy: false, error: null });
  const stored = useQuery({
    queryKey: ['plan', number],
    queryFn: () => api.getPlan({ params: { plan: number ?? '' } }),
    enabled: number !== undefined,
  });
  const plan = number === undefined ? undefined : stored.data;
  const wanted = JSON.stringify([target, content]);
  // A draft that was opened by its address holds these choices already; sending them again would lose given values.
  const known = plan !== undefined && progress.seen === null && isDraftOf(plan, content);
  const over = plan !== undefined && plan.state !== 'draft';
  const due =
    wanted !== progress.seen && !known && !over && target !== undefined && (content !== null || number !== undefined);
  const waiting = number !== undefined && stored.isPending;

  const send = useCallback(async () => {
    setProgress((old) => ({ ...old, busy: true }));
    try {
      const next = await sendDraft({ target: target ?? '', content, plan });
      if (next !== undefined) queryClient.setQueryData(['plan', String(next.number)], next);
      if (next?.number !== plan?.number) onNumber(next === undefined ? undefined : String(next.number));
      setProgress({ seen: wanted, busy: false, error: null });
    } catch (error) {
      setProgress({ seen: wanted, busy: false, error });
      if (plan !== undefined) void queryClient.invalidateQueries({ queryKey: ['plan', String(plan.number)] });
    }
  }, [target, content, plan, wanted, queryClient, onNumber]);

  useEffect(() => {
    if (!due || progress.busy || waiting) return undefined;
    const timer = setTimeout(() => void send(), debounceMs);
    return () => clearTimeout(timer);
  }, [due, progress.busy, waiting, send]);

  return {
    plan,
    over,
    analysing: due || progress.busy || waiting,
    error: progress.error ?? (stored.isError ? stored.error : null),
    retry: () => setProgress((old) => ({ ...old, seen: null, error: null })),
  };
}

async function sendDraft(input: {
  readonly target: string;
  readonly content: PlanContent | null;
  readonly plan: Plan | undefined;
}): Promise<Plan | undefined> {
  const { content, plan } = input;
  if (content === null) {
    if (plan !== undefined) await api.cancelPlan({ params: { plan: plan.id }, body: {} });
    return undefined;
  }
  const body = {
    operations: [...content.operations],
    ...(content.differences === undefined ? {} : { differences: content.differences }),
    ...(content.release === undefined ? {} : { release: content.release }),
  };
  if (plan === undefined) return api.createPlan({ body: { environment: input.target, ...body } });
  return api.editPlan({ params: { plan: plan.id }, body: { ...body, revision: plan.revision } });
}
