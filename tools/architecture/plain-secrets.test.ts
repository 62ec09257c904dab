import { expect, test } from 'vitest';
import { plainSecretsIn } from './plain-secrets.ts';

const inConfig = (text: string) => plainSecretsIn([{ path: 'apps/server/src/config.ts', text }]);

test.each([
  ['export interface Config { readonly password: string }', 'password'],
  ['export interface Config { readonly mail: { readonly clientSecret?: string | undefined } }', 'clientSecret'],
  ['const file = z.object({ token: z.string().optional() });', 'token'],
])('notices a secret that is a plain text: %s', (text, name) => {
  expect(inConfig(text)).toEqual([`apps/server/src/config.ts: ${name} is a Secret, not a text`]);
});

test.each([
  'export interface Config { readonly password: Secret | undefined; readonly proxyPasswords: readonly Secret[] }',
  'const file = z.object({ token: z.string().transform((text) => new Secret(text)) });',
  'export interface Config { readonly bootstrapTokens: string; readonly passwordFile: string; readonly name: string }',
])('accepts %s', (text) => {
  expect(inConfig(text)).toEqual([]);
});

test('looks at configurations alone', () => {
  const text = 'export interface Request { readonly password: string }';

  expect(plainSecretsIn([{ path: 'apps/server/src/features/access/sign-in.ts', text }])).toEqual([]);
});
