import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SamlConfiguration } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../session.ts';
import { samlChanged, samlFrom } from './saml-options.ts';

const before: SamlConfiguration = {
  kind: 'saml',
  entityId: 'https://idp.example.com',
  signInUrl: 'https://idp.example.com/sign-in',
  certificates: 'as they are',
  signed: 'assertion',
  requestCertificate: null,
  attributes: { subject: null, name: 'uid', displayName: 'cn', email: 'mail', groups: 'groups' },
};
const read = { entityId: 'https://idp', signInUrl: 'https://idp/sign-in', certificates: 'read by the server' };
const given = (options: Readonly<Record<string, string | boolean>>) => ({ args: ['acme'], options });

/** A server that reads every metadata in the same way. */
const sessionWith = (wantsSignedRequests: boolean) =>
  ({ client: { readSamlMetadata: async () => ({ ...read, wantsSignedRequests }) } }) as unknown as Session;

describe('a provider of SAML on the command line', () => {
  let directory: string;
  let metadata: string;
  let certificate: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac cli '));
    [metadata, certificate] = [join(directory, 'metadata.xml'), join(directory, 'certificate.pem')];
    await writeFile(metadata, '<EntityDescriptor/>');
    await writeFile(certificate, 'a certificate');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is made of its metadata, and of what is said beside it', async () => {
    const options = { signed: 'response', subjectAttribute: 'employee', nameAttribute: 'cn', groupsAttribute: 'roles' };

    expect(await samlFrom(sessionWith(false), given({}), metadata)).toEqual({ kind: 'saml', ...read });
    expect(await samlFrom(sessionWith(false), given(options), metadata)).toEqual({
      kind: 'saml',
      ...read,
      signed: 'response',
      attributes: { subject: 'employee', name: 'cn', groups: 'roles' },
    });
  });

  it('that takes signed requests alone needs our certificate', async () => {
    await expect(samlFrom(sessionWith(true), given({}), metadata)).rejects.toThrow('signed requests alone');
    const signing = given({ requestCertificate: certificate });
    expect(await samlFrom(sessionWith(true), signing, metadata)).toMatchObject({ requestCertificate: 'a certificate' });
  });

  it('stays as it is where nothing is said', async () => {
    expect(await samlChanged(sessionWith(false), given({}), before)).toEqual(before);
    const changed = given({ samlMetadata: metadata, groupsAttribute: 'roles' });
    expect(await samlChanged(sessionWith(true), changed, before)).toEqual({
      ...before,
      ...read,
      attributes: { ...before.attributes, groups: 'roles' },
    });
  });

  it('is never trusted with its own second factor', async () => {
    const trusting = given({ trustSecondFactor: 'always' });
    await expect(samlFrom(sessionWith(false), trusting, metadata)).rejects.toThrow('leave --trust-second-factor out');
    expect(await samlChanged(sessionWith(false), given({ trustSecondFactor: 'never' }), before)).toEqual(before);
  });

  it('has no other part that is signed', async () => {
    await expect(samlChanged(sessionWith(false), given({ signed: 'nothing' }), before)).rejects.toThrow('is one of');
  });
});
