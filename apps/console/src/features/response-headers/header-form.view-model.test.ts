import type { SaidHeaders } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import {
  faultOfPart,
  freeDirectives,
  headerForm,
  headerName,
  levelCommand,
  policyOf,
  previewOf,
  sourceWords,
  withDirective,
  withFeature,
  withProposal,
  withRule,
} from './header-form.view-model.ts';

const policies: readonly SaidHeaders[] = [
  {},
  { contentSecurity: { mode: 'off' } },
  {
    contentSecurity: { mode: 'enforce', directives: { 'img-src': ["'self'", 'data:'], 'font-src': null, sandbox: [] } },
    strictTransport: { maxAge: 600, includeSubDomains: true, preload: false },
    contentTypeOptions: 'nosniff',
    referrerPolicy: 'origin',
    permissions: { camera: ['self'], geolocation: [], usb: null },
    openerPolicy: 'same-origin',
    whenSent: { 'content-security-policy': 'replace' },
  },
  { strictTransport: null, contentTypeOptions: null, referrerPolicy: null, openerPolicy: null },
];

describe('the form of headers', () => {
  it.each(policies)('says what %j says', (policy) => {
    expect(policyOf(headerForm(policy))).toEqual(policy);
  });

  it('leaves out rows that name nothing', () => {
    expect(policyOf(withFeature(headerForm({})))).toEqual({});
  });

  it('takes any spaces between values', () => {
    const form = withDirective(headerForm({}));
    const spaced = form.directives.map((part) => ({ ...part, text: "  'self' \n data: " }));

    expect(form.directives).toMatchObject([{ name: 'default-src', text: "'self'" }]);
    expect(policyOf({ ...form, directives: spaced })).toEqual({
      contentSecurity: { directives: { 'default-src': ["'self'", 'data:'] } },
    });
  });

  it('offers each directive once', () => {
    const form = headerForm({ contentSecurity: { directives: { 'default-src': ['*'] } } });

    expect(freeDirectives(form)).not.toContain('default-src');
    expect(withDirective(form).directives.map((each) => each.name)).toEqual(['default-src', 'script-src']);
    expect(new Set(withDirective(withDirective(form)).directives.map((each) => each.key)).size).toBe(3);
  });

  it('takes a proposal over, in place of what it said', () => {
    const form = headerForm({ contentSecurity: { directives: { 'img-src': null, 'font-src': ['data:'] } } });
    const next = withProposal(form, { directive: 'img-src', sources: ["'self'", 'https://cdn.example'] });

    expect(policyOf(next).contentSecurity?.directives).toEqual({
      'font-src': ['data:'],
      'img-src': ["'self'", 'https://cdn.example'],
    });
  });

  it('says a rule, and says nothing of it any more', () => {
    const form = withRule(headerForm({}), 'referrer-policy', 'keep');

    expect(policyOf(form)).toEqual({ whenSent: { 'referrer-policy': 'keep' } });
    expect(policyOf(withRule(form, 'referrer-policy', ''))).toEqual({});
  });
});

describe('the preview of headers', () => {
  it('is what the server will send, over what the environment says', () => {
    const { effective, warnings } = previewOf(
      { contentSecurity: { directives: { 'img-src': ['*'] } } },
      { contentSecurity: { mode: 'enforce', directives: { 'default-src': ["'self'"] } } },
    );

    expect(effective.headers[0]).toMatchObject({ value: "default-src 'self'; img-src *" });
    expect(warnings.join(' ')).toContain('keeps its own');
  });

  it('says which row cannot be sent', () => {
    const { faults } = previewOf(
      { contentSecurity: { directives: { 'img-src': ['self'] } }, permissions: { camera: ['nobody'] } },
      null,
    );

    expect(faultOfPart(faults, 'directives', 'img-src')).toContain("'self'");
    expect(faultOfPart(faults, 'permissions', 'camera')).toContain('origin');
    expect(faultOfPart(faults, 'directives', 'img')).toBeUndefined();
  });
});

describe('words for headers', () => {
  const place = { environment: 'production', application: 'shop' };

  it.each([
    [headerName('content-security-policy-report-only'), 'Content-Security-Policy-Report-Only'],
    [headerName('x-frame-options'), 'X-Frame-Options'],
    [sourceWords('application', place), 'shop'],
    [sourceWords('environment', place), 'production'],
    [sourceWords('built-in', place), 'Almanac'],
    [levelCommand('set', place), 'almanac headers set production shop'],
    [levelCommand('undo', { ...place, application: null }), 'almanac headers undo production'],
  ])('are %s', (words, expected) => {
    expect(words).toBe(expected);
  });
});
