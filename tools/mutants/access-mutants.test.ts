import { expect, test } from 'vitest';
import { accessMutants } from './access-mutants.ts';

const mutants = (text: string, path = 'apps/server/src/a.ts') => accessMutants({ path, text }).map((each) => each.text);

test.each([
  ['await context.access.ask(db, question);\nnext();', ';\nnext();'],
  [
    'const veil = veilFor(db, { scope, environments });',
    "const veil = veilFor(db, { ...({ scope, environments }), scope: { kind: 'everything' } });",
  ],
  ['const d = withinScope(db, scope);', "const d = withinScope(db, { kind: 'everything' });"],
  ['const why = await whyNoLonger(context, row);', 'const why = await (undefined as never);'],
])('takes the decision out of %s', (text, without) => {
  expect(mutants(text)).toEqual([without]);
});

test('makes one mutant for each decision, and none of what decides nothing', () => {
  expect(mutants('guard.admit(actor, route);\nawait guard.decide(db, asked);\nrun(asked);')).toHaveLength(2);
});
