import { describe, expect, it } from 'vitest';
import { adjustPolicy, type HeaderWishes } from './adjust-policy.ts';

const nothing: HeaderWishes = {
  directives: [],
  features: [],
  inherit: [],
  without: [],
  subdomains: false,
  preload: false,
  nosniff: false,
  whenSent: [],
};
const present = {
  contentSecurity: { mode: 'enforce' as const, directives: { 'img-src': ["'self'"], 'font-src': ['data:'] } },
  referrerPolicy: 'origin' as const,
  permissions: { camera: ['self'] },
};
const inherited = { permissions: { microphone: ['self'] } };
const adjusted = (wishes: Partial<HeaderWishes>) =>
  adjustPolicy({ policy: present, inherited }, { ...nothing, ...wishes });

describe('a policy of headers', () => {
  it('stays as it is when nothing is asked for', () => {
    expect(adjusted({})).toEqual(present);
    expect(adjustPolicy({ policy: {}, inherited: null }, nothing)).toEqual({});
  });

  it.each([
    [{ csp: 'report-only' }, { contentSecurity: { mode: 'report-only' } }],
    [
      { directives: ["img-src 'self'  data:", 'upgrade-insecure-requests'] },
      { contentSecurity: { directives: { 'img-src': ["'self'", 'data:'], 'upgrade-insecure-requests': [] } } },
    ],
    [{ without: ['font-src'] }, { contentSecurity: { directives: { 'font-src': null } } }],
    [{ without: ['referrer-policy', 'microphone'] }, { referrerPolicy: null, permissions: { microphone: null } }],
    [
      { features: ['geolocation', 'camera self https://a.example'] },
      { permissions: { geolocation: [], camera: ['self', 'https://a.example'] } },
    ],
    [{ hsts: '600', subdomains: true }, { strictTransport: { maxAge: 600, includeSubDomains: true, preload: false } }],
    [
      { nosniff: true, opener: 'same-origin' },
      { contentTypeOptions: 'nosniff', openerPolicy: 'same-origin' },
    ],
    [{ whenSent: ['Content-Security-Policy=replace'] }, { whenSent: { 'content-security-policy': 'replace' } }],
  ])('with %j says %j beside what it said', (wishes, expected) => {
    expect(adjusted(wishes)).toMatchObject(expected);
    expect(Object.keys(adjusted(wishes))).toEqual(expect.arrayContaining(['contentSecurity', 'permissions']));
  });

  it('says nothing any more of what is to be inherited', () => {
    expect(adjusted({ csp: 'inherit', inherit: ['img-src', 'font-src', 'referrer-policy', 'camera'] })).toEqual({});
  });

  it.each([
    { csp: 'strict' },
    { directives: ["image-src 'self'"] },
    { without: ['x-powered-by'] },
    { hsts: 'forever' },
    { referrer: 'nobody' },
    { whenSent: ['set-cookie=replace'] },
    { whenSent: ['referrer-policy=drop'] },
  ])('cannot be %j', (wishes) => {
    expect(() => adjusted(wishes)).toThrow(/./);
  });
});
