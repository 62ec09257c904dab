/** Asks people to prove again who they are when the server refuses something sensitive, and repeats it then. */
export interface StepUp {
  /** In the place of the browser's own: whatever calls the API needs to know nothing of it. */
  readonly fetch: typeof fetch;
  readonly subscribe: (listener: () => void) => () => void;
  /** Whether somebody is asked now. */
  readonly isAsked: () => boolean;
  /** The proof was given, or they let it be: what waits is repeated, or stays refused. */
  readonly answer: (proved: boolean) => void;
}

export function createStepUp(send: typeof fetch): StepUp {
  const listeners = new Set<() => void>();
  let waiting: ((proved: boolean) => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const ask = () =>
    new Promise<boolean>((resolve) => {
      waiting = [...waiting, resolve];
      tell();
    });
  return {
    fetch: async (input, init) => {
      const answer = await send(input, init);
      if (answer.status !== 403 || (await codeOf(answer)) !== 'step-up-needed') return answer;
      return (await ask()) ? send(input, init) : answer;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isAsked: () => waiting.length > 0,
    answer: (proved) => {
      const answered = waiting;
      waiting = [];
      tell();
      for (const resolve of answered) resolve(proved);
    },
  };
}

async function codeOf(answer: Response): Promise<unknown> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined);
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
}
