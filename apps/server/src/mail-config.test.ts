import { HostFault } from '@almanac/host';
import { describe, expect, it } from 'vitest';
import { readMailServer } from './mail-config.ts';

const from = { ALMANAC_MAIL_FROM: 'Almanac <almanac@example.com>' };

describe('the mail server', () => {
  it('is none unless one is named', () => {
    expect(readMailServer({})).toBeUndefined();
  });

  it.each([
    ['smtp://mail.example.com', {}, { host: 'mail.example.com', port: 587, tls: 'starttls', user: undefined }],
    ['smtps://almanac@mail.example.com', {}, { port: 465, tls: 'implicit', user: 'almanac' }],
    [
      'smtp://a%40b@[::1]:2525',
      { ALMANAC_SMTP_STARTTLS: 'never' },
      { host: '::1', port: 2525, tls: 'none', user: 'a@b' },
    ],
  ])('%s with %j is %j', (url, more, server) => {
    expect(readMailServer({ ALMANAC_SMTP_URL: url, ...from, ...more })).toMatchObject(server);
  });

  it('has a password that does not print', () => {
    const given = { ALMANAC_SMTP_URL: 'smtp://a@b.example', ...from, ALMANAC_SMTP_PASSWORD: 'let me in' };
    const server = readMailServer(given);

    expect(server?.password?.reveal()).toBe('let me in');
    expect(JSON.stringify(server)).not.toContain('let me in');
  });

  it.each([
    [{ ALMANAC_SMTP_URL: 'mail.example.com', ...from }, /ALMANAC_SMTP_URL must be/],
    [{ ALMANAC_SMTP_URL: 'https://mail.example.com', ...from }, /ALMANAC_SMTP_URL must be/],
    [{ ALMANAC_SMTP_URL: 'smtp://a:secret@mail.example.com', ...from }, /belongs into ALMANAC_SMTP_PASSWORD/],
    [{ ALMANAC_SMTP_URL: 'smtp://mail.example.com' }, /ALMANAC_MAIL_FROM must say/],
    [
      { ALMANAC_SMTP_URL: 'smtp://mail.example.com', ALMANAC_MAIL_FROM: 'a@b\r\nBcc: c@d' },
      /ALMANAC_MAIL_FROM must say/,
    ],
    [{ ALMANAC_SMTP_URL: 'smtp://mail.example.com', ...from, ALMANAC_SMTP_STARTTLS: 'no' }, /is required/],
    [{ ALMANAC_SMTP_URL: 'smtp://mail.example.com', ...from, ALMANAC_SMTP_CA_FILE: '/nowhere' }, /cannot be read/],
  ])('is refused in one sentence: %j', (environment, sentence) => {
    const read = () => readMailServer(environment);

    expect(read).toThrow(HostFault);
    expect(read).toThrow(sentence);
  });
});
