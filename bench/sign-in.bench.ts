import { startEstate } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

const atOnce = 4;
const turns = 3;
const signInsPerTurn = 200;
const password = 'seven purple teapots';

/** Signing in with a password while others do, each waiting for the answer before the next try. */
export const benchmark: Benchmark = {
  name: 'sign-in',
  about: `signing in with name and password, ${atOnce} people at once, whose passwords are hashed at the same time`,
  needs: () => [],
  run: async () => {
    const estate = await startEstate();
    try {
      const people = Array.from({ length: atOnce }, (_, at) => `person-${at}`);
      for (const name of people) {
        const { link } = await estate.client.inviteUser({ body: { name, role: 'viewer' } });
        await post(estate.url, '/password', { token: link.token, password });
      }
      await signInAll(estate.url, people);
      const measured: number[][] = [];
      for (let turn = 0; turn < turns; turn += 1) measured.push(await signInAll(estate.url, people));
      return [
        { figure: 'signed in, median', unit: 'ms', values: measured.map((times) => quantile(times, 0.5)) },
        {
          figure: 'signed in, p99',
          unit: 'ms',
          values: measured.map((times) => quantile(times, 0.99)),
          bar: { words: 'under 300', holds: (median) => median < 300 },
        },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};

/** Milliseconds of each sign-in. */
async function signInAll(url: string, people: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  const each = async (name: string) => {
    for (let turn = 0; turn < signInsPerTurn / people.length; turn += 1) {
      const began = performance.now();
      await post(url, '/sessions', { name, password });
      times.push(performance.now() - began);
    }
  };
  await Promise.all(people.map(each));
  return times;
}

async function post(url: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (response.status !== 201) throw new Error(`POST ${path} was answered with ${response.status}: ${answer}`);
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}
