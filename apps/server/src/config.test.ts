import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { HostFault } from '@almanac/host';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig, type ServerConfig, serverSettings } from './config.ts';
import { settingsOfOthers } from './refuse-misspelled.ts';

const directory = mkdtempSync(join(tmpdir(), 'almanac config '));
const emptyFile = join(directory, 'empty');
writeFileSync(emptyFile, '');
chmodSync(emptyFile, 0o600);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const mail = { ALMANAC_SMTP_URL: 'smtp://a@mail.example.com', ALMANAC_MAIL_FROM: 'Almanac <a@example.com>' };

/** Values that say nothing that can be used; null where every text is a name of something, such as a folder. */
const garbage: Readonly<Record<(typeof serverSettings)[number], readonly string[] | null>> = {
  ALMANAC_HOST: ['http://0.0.0.0', 'a b', '127.0.0.1:80', 'ho/st'],
  ALMANAC_PORT: ['many', '-1', '70000', '1.5', '0x50'],
  ALMANAC_DATA: null,
  ALMANAC_PUBLIC_URL: ['nowhere', 'ftp://a.example', 'javascript:alert(1)'],
  ALMANAC_CONSOLE_DIR: null,
  ALMANAC_BOOTSTRAP_TOKENS: null,
  ALMANAC_TLS_CERT_FILE: ['/tls/without-its-key.pem'],
  ALMANAC_TLS_KEY_FILE: ['/tls/without-its-certificate.key'],
  ALMANAC_TRUSTED_PROXIES: ['proxy', '10.0.0.0/33', '0.0.0.0/0'],
  ALMANAC_INSECURE_HTTP: ['true', '0', 'yes'],
  ALMANAC_ACME_DIR: null,
  ALMANAC_ACME_PORT: ['many', '70000'],
  ALMANAC_REQUESTS_PER_MINUTE: ['0', '-1', 'many', '1.5'],
  ALMANAC_UNKNOWN_REQUESTS_PER_MINUTE: ['0', 'many'],
  ALMANAC_OUTBOUND_INTERNAL: ['10.0.0.0/99', 'http://a.example/', 'a b'],
  ALMANAC_OUTBOUND_PORTS: ['0', '70000', 'https'],
  ALMANAC_SAML: ['true', '1', 'ON', 'yes'],
  ALMANAC_SMTP_URL: ['mail.example.com', 'https://mail.example.com', 'smtp://a:b@mail.example.com'],
  ALMANAC_SMTP_PASSWORD: null,
  ALMANAC_SMTP_PASSWORD_FILE: ['/nowhere/password', directory, emptyFile],
  ALMANAC_SMTP_STARTTLS: ['no', 'false'],
  ALMANAC_SMTP_CA_FILE: ['/nowhere/ca.pem', directory],
  ALMANAC_MAIL_FROM: ['nobody', 'a@b\r\nBcc: c@d'],
  ALMANAC_AUDIT_SINK: ['audit.jsonl', 'ftp://a.example', 'null'],
  ALMANAC_AUDIT_RETENTION_DAYS: ['0', '-3', 'many', '1.5', 'Infinity'],
  ALMANAC_KEY_FILE: ['secrets.key', './key'],
  ALMANAC_KEY_COMMAND: ['/usr/bin/kms', '[]', '[""]', '["kms", 3]', '{"kms": 1}', '"kms"'],
  ALMANAC_LOG_LEVEL: ['loud', 'INFO', '__proto__'],
  DATABASE_URL: ['nowhere', 'mysql://a@b/c', 'http://a.example'],
};

const refusal = (environment: Readonly<Record<string, string>>): unknown => {
  try {
    return readConfig(environment);
  } catch (error) {
    return error;
  }
};

describe('the configuration of the server', () => {
  it('without any is one that is closed to others', () => {
    const config = readConfig({});

    expect(config).toMatchObject({ host: '127.0.0.1', auditSink: undefined, masterKey: undefined, mail: undefined });
    expect(config.saml).toBe(false);
    expect(readConfig({ ALMANAC_SAML: 'on' }).saml).toBe(true);
  });

  it.each(serverSettings)('refuses %s when it is empty, or only spaces', (name) => {
    for (const value of ['', '  ', '\t\n'])
      expect(refusal({ ...mail, [name]: value })).toEqual(
        new HostFault(`${name} is set and empty; give it a value, or take it away`),
      );
  });

  it.each(serverSettings.flatMap((name) => (garbage[name] ?? []).map((value) => [name, value] as const)))(
    'refuses %s=%j in one sentence that names it',
    (name, value) => {
      const refused = refusal({ ...mail, [name]: value });

      expect(refused).toBeInstanceOf(HostFault);
      expect(String(refused)).toContain(name === 'ALMANAC_SMTP_URL' && value.includes('a:b') ? 'ALMANAC_SMTP' : name);
      expect(String(refused)).not.toContain('\n');
    },
  );

  it.each([
    ['ALMANAC_TRUSTED_PROXY', 'ALMANAC_TRUSTED_PROXIES'],
    ['ALMANAC_KEYFILE', 'ALMANAC_KEY_FILE'],
    ['ALMANAC_TLS_CERTFILE', 'ALMANAC_TLS_CERT_FILE'],
    ['ALMANAC_AUDIT_SYNC', 'ALMANAC_AUDIT_SINK'],
    ['ALMANAC_POTR', undefined],
    ['ALMANAC_PORTT', 'ALMANAC_PORT'],
    ['almanac_audit_sink', 'ALMANAC_AUDIT_SINK'],
    ['ALMANAC_REQUEST_PER_MINUTE', 'ALMANAC_REQUESTS_PER_MINUTE'],
    ['ALMANAC_SERVICE_HOST', undefined],
    ['ALMANAC_PORT_7400_TCP_ADDR', undefined],
    ['ALMANAC_CHROMIUM', undefined],
    ['ALMANAC_FAILPOINT', undefined],
    ['ALMANAC_SEED', undefined],
    ['OTHER_AUDIT_SINK', undefined],
  ])('takes %s for a slip: %s was meant', (name, meant) => {
    const refused = refusal({ [name]: 'x' });

    if (meant === undefined) expect(refused).not.toBeInstanceOf(HostFault);
    else expect(refused).toEqual(new HostFault(`there is no setting ${name}; did you mean ${meant}?`));
  });

  it('leaves the settings of other programs to them', () => {
    for (const name of settingsOfOthers) expect(refusal({ [name]: 'x' })).not.toBeInstanceOf(HostFault);
  });

  it('refuses two places for one key', () => {
    expect(String(refusal({ ALMANAC_KEY_FILE: '/k', ALMANAC_KEY_COMMAND: '["kms"]' }))).toContain('not both');
  });

  it('prints none of the secrets in it, nor does a refusal', () => {
    const words = { database: 'pw-of-database', mail: 'pw-of-mail' };
    const config = refusal({
      ...mail,
      DATABASE_URL: `postgres://almanac:${words.database}@db/almanac`,
      ALMANAC_SMTP_PASSWORD: words.mail,
    }) as ServerConfig;
    expect(config.databaseUrl?.reveal()).toContain(words.database);
    expect(config.mail?.password?.reveal()).toBe(words.mail);

    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(refusal({ DATABASE_URL: `mysql://almanac:${words.database}@db/almanac` })),
      String(refusal({ ...mail, ALMANAC_SMTP_URL: `smtp://a:${words.mail}@mail.example.com` })),
    ].join('\n');

    for (const word of Object.values(words)) expect(printed).not.toContain(word);
  });
});
