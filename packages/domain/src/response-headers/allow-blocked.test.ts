import { describe, expect, it } from 'vitest';
import { allowBlocked } from './allow-blocked.ts';
import { effectiveHeaders } from './effective-headers.ts';

const directives = {
  'default-src': ["'self'"],
  'script-src': ["'self'", 'https://known.example'],
  'img-src': ["'none'"],
  'frame-ancestors': ["'none'"],
};
const effective = effectiveHeaders({
  environment: { contentSecurity: { mode: 'enforce', directives } },
  application: null,
});
const propose = (directive: string, blocked: string) => allowBlocked(effective, { directive, blocked });

describe('what was blocked', () => {
  it.each([
    [
      'script-src-elem',
      'https://cdn.example',
      'script-src',
      ["'self'", 'https://known.example', 'https://cdn.example'],
    ],
    ['img-src', 'data:', 'img-src', ['data:']],
    ['img-src', 'self', 'img-src', ["'self'"]],
    ['style-src-attr', 'inline', 'style-src', ["'self'", "'unsafe-inline'"]],
    ['font-src', 'https://cdn.example', 'font-src', ["'self'", 'https://cdn.example']],
    ['worker-src', 'blob:', 'script-src', ["'self'", 'https://known.example', 'blob:']],
  ])('by %s from %s is allowed by %s', (directive, blocked, target, sources) => {
    expect(propose(directive, blocked)).toMatchObject({ kind: 'allow', directive: target, sources });
  });

  it('is allowed with a warning where that opens a door', () => {
    expect(propose('script-src-attr', 'inline')).toMatchObject({ warning: expect.stringContaining('smuggled') });
    expect(propose('script-src', 'https://cdn.example')).toMatchObject({ warning: null });
  });

  it('is said to be allowed where it is by now', () => {
    expect(propose('script-src-elem', 'https://known.example')).toEqual({ kind: 'allowed', directive: 'script-src' });
  });

  it.each([
    ['frame-ancestors', 'https://other.example'],
    ['trusted-types', 'trusted-types-policy'],
    ['something-src', 'https://cdn.example'],
    ['script-src', 'https://a.example;object-src'],
    ['script-src', 'somewhere'],
    ['form-action', 'https://other.example'],
  ])('by %s from %s is allowed by nothing that can be proposed', (directive, blocked) => {
    expect(propose(directive, blocked)).toMatchObject({ kind: 'none', why: expect.any(String) });
  });
});
