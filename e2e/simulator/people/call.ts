import { Unavailable } from '../database/database.ts';
import type { Work } from '../kernel/kernel.ts';
import type { ServerNode } from '../server/node.ts';
import { type Answer, type Command, runCommand } from '../server/run-command.ts';
import type { World } from '../world.ts';

/** What became of a command as far as whoever sent it knows. */
export type Outcome = Answer | { readonly kind: 'unknown' };

const patienceMs = 8000;
const mostTries = 6;

/**
 * Sends a command to one of the nodes, and again under the same key as long as no answer came: requests and answers are
 * lost, and nodes die, before the commit and after it.
 */
export function* call(world: World, nodes: readonly ServerNode[], command: Command): Work<Outcome> {
  const { chance, story } = world;
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    const node = chance.pick(nodes.filter((each) => each.process.alive()));
    yield chance.between(1, 60);
    if (node === undefined) {
      yield 2000;
      continue;
    }
    const answer = yield* ask(world, node, command);
    if (answer === undefined || chance.happens(world.weather.lost)) {
      story.count('answer lost');
      yield chance.between(100, 1500);
      continue;
    }
    if (answer.kind === 'done') {
      story.count(`done: ${command.what.split(' ')[0]}`);
      world.watch.acknowledged(command.key, command.what);
    } else story.count(`refused: ${command.what.split(' ')[0]}`);
    return answer;
  }
  story.count('outcome unknown');
  return { kind: 'unknown' };
}

/** One request; undefined when no answer came in time. */
function* ask(world: World, node: ServerNode, command: Command): Work<Answer | undefined> {
  let answer: Answer | undefined;
  let over = false;
  function* serve(): Work {
    try {
      answer = yield* runCommand(world, node, command);
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'Violation') throw error;
      if (!(error instanceof Unavailable)) world.story.count(`request failed: ${error.name}`);
    }
    over = true;
  }
  node.process.spawn(serve());
  for (let waited = 0; waited < patienceMs && !over && node.process.alive(); waited += 50) yield 50;
  return answer;
}
