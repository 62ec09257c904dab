import { describe, expect, it } from 'vitest';
import { createStepUp } from './step-up.ts';

const refused = () => Response.json({ code: 'step-up-needed' }, { status: 403 });

/** A server that refuses until somebody proved who they are, and what it was asked. */
function serverFor(answers: readonly (() => Response)[]) {
  const asked: string[] = [];
  const send: typeof fetch = async (input) => {
    asked.push(String(input));
    return (answers[asked.length - 1] ?? (() => Response.json({}, { status: 200 })))();
  };
  return { send, asked };
}

describe('what is refused because it is sensitive', () => {
  it('is repeated once a proof was given', async () => {
    const { send, asked } = serverFor([refused]);
    const stepUp = createStepUp(send);
    const told: boolean[] = [];
    stepUp.subscribe(() => told.push(stepUp.isAsked()));

    const answer = stepUp.fetch('/users');
    await expect.poll(stepUp.isAsked).toBe(true);
    stepUp.answer(true);

    expect((await answer).status).toBe(200);
    expect(asked).toEqual(['/users', '/users']);
    expect(told).toEqual([true, false]);
  });

  it('stays refused when nobody proves anything, and its answer can be read', async () => {
    const { send, asked } = serverFor([refused]);
    const stepUp = createStepUp(send);

    const answer = stepUp.fetch('/users');
    await expect.poll(stepUp.isAsked).toBe(true);
    stepUp.answer(false);

    expect(await (await answer).json()).toEqual({ code: 'step-up-needed' });
    expect(asked).toEqual(['/users']);
  });

  it('asks once for all that waits', async () => {
    const { send, asked } = serverFor([refused, refused]);
    const stepUp = createStepUp(send);

    const answers = Promise.all([stepUp.fetch('/one'), stepUp.fetch('/two')]);
    await expect.poll(() => asked.length).toBe(2);
    await expect.poll(stepUp.isAsked).toBe(true);
    await Promise.resolve();
    stepUp.answer(true);

    expect((await answers).map((each) => each.status)).toEqual([200, 200]);
  });

  it('is nothing that is refused for another reason', async () => {
    const stepUp = createStepUp(serverFor([() => Response.json({ code: 'not-permitted' }, { status: 403 })]).send);

    expect((await stepUp.fetch('/users')).status).toBe(403);
    expect(stepUp.isAsked()).toBe(false);
  });
});
