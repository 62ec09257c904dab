import { createVerify, X509Certificate } from 'node:crypto';
import { answerSamlRequest, makeSamlKey, readSamlRequest, type SamlAnswer, type SamlKey } from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7498';
const issuer = 'https://idp.example.com/saml';
const dora = { subject: 'key-of-dora', attributes: { uid: ['dora'], mail: ['dora@example.com'], groups: ['chiefs'] } };

describe('sign-in with SAML', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let key: SamlKey;
  let ours: SamlKey;

  beforeAll(async () => {
    [key, ours] = await Promise.all([makeSamlKey(), makeSamlKey()]);
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl, ALMANAC_SAML: 'on' });
    database = await tests.connect();
    const made = await tests.send('POST /identity-providers', {
      body: {
        name: 'acme',
        configuration: configuration(),
        arrival: {
          provisioning: 'everybody',
          defaultRole: 'viewer',
          mappings: [{ group: 'chiefs', role: 'developer' }],
        },
      },
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  });
  afterAll(async () => tests?.stop());

  const configuration = (changed: Readonly<Record<string, unknown>> = {}) => ({
    kind: 'saml',
    entityId: issuer,
    signInUrl: 'https://idp.example.com/sign-in?tenant=1',
    certificates: key.certificate,
    ...changed,
  });
  const signIns = () => providerSignIns(tests, publicUrl);
  /** What the browser posts comes from another site, and with no cookie: they are strict. */
  const post = async (url: string, form: URLSearchParams) => {
    const answer = await tests.server.http.inject({
      method: 'POST',
      url: new URL(url).pathname,
      headers: {
        host: '127.0.0.1',
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://idp.example.com',
        'sec-fetch-site': 'cross-site',
      },
      payload: form.toString(),
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    return { status: answer.statusCode, location: String(answer.headers.location) };
  };
  const answerOf = (url: string, said: Partial<SamlAnswer> & { readonly key?: SamlKey } = {}) =>
    answerSamlRequest(url, { key, issuer, ...dora, ...said });
  const queryOf = (location: string) => new URL(location, publicUrl).search.slice(1);
  const tryProvider = async (said: Partial<SamlAnswer> & { readonly key?: SamlKey } = {}) => {
    const begun = await tests.send('POST /identity-providers/acme/dry-runs', { body: {} });
    const { recipient, form } = answerOf(begun.body.url, said);
    const { location } = await post(recipient, form);
    await tests.send('POST /provider-sign-ins/complete', {
      body: { kind: 'redirect', provider: 'acme', query: queryOf(location) },
      headers: { cookie: signIns().cookies(begun) },
    });
    return (await tests.send('GET /identity-providers/acme/dry-runs')).body.items[0];
  };
  const signIn = async (said: Partial<SamlAnswer> & { readonly key?: SamlKey } = {}): Promise<Answered> => {
    const begun = await signIns().begin('acme');
    expect(begun).toMatchObject({ status: 201 });
    const { recipient, form } = answerOf(begun.body.url, said);
    const { location } = await post(recipient, form);
    return signIns().complete('acme', queryOf(location), signIns().cookies(begun));
  };
  const lastFailure = async () =>
    (await tests.send('GET /audit?action=sign-in-failed&limit=1')).body.items[0]?.detail?.why ?? '';

  it('is tried without any change, and lets in after it was activated', async () => {
    expect(await tryProvider()).toMatchObject({
      outcome: 'succeeded',
      result: {
        subject: 'key-of-dora',
        name: 'dora',
        email: 'dora@example.com',
        groups: ['chiefs'],
        arrival: { kind: 'provisioned', defaultRole: 'developer' },
        recheck: 'none',
      },
    });
    expect(await tests.send('POST /identity-providers/acme/activate', { body: {} })).toMatchObject({ status: 200 });

    const answer = await signIn();

    expect(answer).toMatchObject({ status: 201, body: { kind: 'signed-in', principal: { name: 'dora' } } });
    expect(await signIns().me(answer)).toMatchObject({ status: 200, body: { name: 'dora', role: 'developer' } });
  });

  it('knows people by their key alone', async () => {
    const again = await signIn({ attributes: { uid: ['somebody-else'], mail: ['x@example.com'] } });
    expect(again.body).toMatchObject({ principal: { name: 'dora' } });
    const other = await signIn({ subject: 'KEY-OF-DORA' });
    expect(other.body).toMatchObject({ principal: { name: 'dora-2' } });
  });

  it('takes an answer in the browser in which the sign-in began, and once', async () => {
    const begun = await signIns().begin('acme');
    const { recipient, form } = answerOf(begun.body.url);
    const { location } = await post(recipient, form);
    const query = queryOf(location);

    expect(await signIns().complete('acme', query, '')).toMatchObject({ status: 401 });
    expect(await signIns().complete('acme', query, signIns().cookies(begun))).toMatchObject({ status: 401 });

    const stranger = await signIns().begin('acme');
    const own = await signIns().begin('acme');
    const { location: laid } = await post(recipient, answerOf(own.body.url).form);
    expect(await signIns().complete('acme', queryOf(laid), signIns().cookies(stranger))).toMatchObject({ status: 401 });
  });

  it('refuses what it did not ask for: an answer without a state, of another sign-in, or that was used', async () => {
    const begun = await signIns().begin('acme');
    const { recipient, form } = answerOf(begun.body.url);
    const unasked = new URLSearchParams({ SAMLResponse: form.get('SAMLResponse') ?? '' });
    expect(await post(recipient, unasked)).toMatchObject({
      status: 303,
      location: '/sign-in/callback/acme?state=none',
    });

    const second = await signIns().begin('acme');
    const moved = new URLSearchParams(form);
    moved.set('RelayState', readSamlRequest(second.body.url).state);
    const { location } = await post(recipient, moved);
    expect(await signIns().complete('acme', queryOf(location), signIns().cookies(second))).toMatchObject({
      status: 401,
    });
    expect(await lastFailure()).toContain('does not answer this sign-in');

    // The one who asked has not lost anything by it.
    const { location: right } = await post(recipient, form);
    const signedIn = await signIns().complete('acme', queryOf(right), signIns().cookies(begun));
    expect(signedIn).toMatchObject({ status: 201 });
    expect(await signIns().complete('acme', queryOf(right), signIns().cookies(begun))).toMatchObject({ status: 401 });
  });

  it('takes an assertion once, whatever it answers', async () => {
    expect(await signIn({ assertionId: '_same' })).toMatchObject({ status: 201 });
    expect(await signIn({ assertionId: '_same' })).toMatchObject({ status: 401 });
    expect(await lastFailure()).toContain('was used before');
    const raced = await Promise.all([signIn({ assertionId: '_raced' }), signIn({ assertionId: '_raced' })]);
    expect(raced.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([201, 401]);
    const { rows } = await database.query(
      `select expires_at > now() as kept from provider_assertions where assertion = '_same'`,
    );
    expect(rows).toEqual([{ kept: true }]);
  });

  it('lays what was posted aside encrypted, the first one alone, and forgets it with the sign-in', async () => {
    const begun = await signIns().begin('acme');
    const { recipient, form } = answerOf(begun.body.url);
    const { location } = await post(recipient, form);
    const forged = new URLSearchParams({ SAMLResponse: 'Zm9yZ2Vk', RelayState: form.get('RelayState') ?? '' });
    await post(recipient, forged);
    const { rows } = await database.query('select posted from provider_sign_ins where posted is not null');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(form.get('SAMLResponse'));

    expect(await signIns().complete('acme', queryOf(location), signIns().cookies(begun))).toMatchObject({
      status: 201,
    });

    const after = await database.query('select posted from provider_sign_ins where posted is not null');
    expect(after.rows).toEqual([]);
  });

  it.each<readonly [string, Partial<SamlAnswer>, string]>([
    ['of another provider', { issuer: 'https://other.example.com' }, 'another provider'],
    ['for somebody else', { audience: 'https://others.example.com' }, 'somebody else'],
    ['that holds no longer', { at: Date.now() - 3_600_000 }, 'no longer'],
    ['with a key that has spaces around it', { subject: ' key-of-dora' }, 'spaces around it'],
  ])('lets nobody in by an answer %s, and the audit has the reason', async (_what, said, why) => {
    expect(await signIn(said)).toMatchObject({ status: 401, body: { code: 'provider-sign-in-failed' } });
    expect(await lastFailure()).toContain(why);
  });

  it('lets nobody in by another key', async () => {
    expect(await signIn({ key: ours })).toMatchObject({ status: 401 });
    expect(await lastFailure()).toContain('not valid by any of the certificates');
  });

  it('counts what is not accepted, and what the provider refuses not: anybody could post that', async () => {
    const failures = async () => (await tests.send('GET /identity-providers/acme')).body.active.failures;
    const before = await failures();
    const begun = await signIns().begin('acme');
    expect(
      await signIns().complete('acme', `state=${readSamlRequest(begun.body.url).state}`, signIns().cookies(begun)),
    ).toMatchObject({ status: 401, body: { detail: expect.stringContaining('did not let you in') } });
    expect(await failures()).toBe(before);
    await signIn({ key: ours });
    expect(await failures()).toBe(before + 1);
  });

  it('says what we are, in metadata that names where answers are sent', async () => {
    const { body: shown } = await tests.send('GET /identity-providers/acme');
    const url = `${publicUrl}/api/v1/identity-providers/acme/saml-metadata`;
    expect(shown).toMatchObject({
      metadataUri: url,
      redirectUri: `${publicUrl}/api/v1/identity-providers/acme/saml-answers`,
    });

    const { body, headers } = await tests.send('GET /identity-providers/acme/saml-metadata', { as: null });

    expect(headers['content-type']).toContain('application/samlmetadata+xml');
    expect(body).toContain(`entityID="${url}"`);
    expect(body).toContain(`Location="${shown.redirectUri}"`);
    expect(body).toContain('AuthnRequestsSigned="false"');
  });

  it('asks for a persistent name, in a request of its own each time', async () => {
    const [one, two] = [await signIns().begin('acme'), await signIns().begin('acme')];
    const request = readSamlRequest(one.body.url);
    expect(one.body.url).toMatch(/^https:\/\/idp\.example\.com\/sign-in\?tenant=1&SAMLRequest=/);
    expect(request.xml).toContain('nameid-format:persistent');
    expect(request.id).toMatch(/^_[0-9a-f]{40}$/);
    expect(readSamlRequest(two.body.url).id).not.toBe(request.id);
    expect(Buffer.byteLength(request.state)).toBeLessThanOrEqual(80);
  });

  it('signs requests where the configuration has it, and says so in the metadata', async () => {
    const name = 'signing';
    const requestCertificate = ours.certificate;
    await tests.send('POST /identity-providers', {
      body: { name, configuration: configuration({ requestCertificate }), secrets: { requestKey: ours.privateKey } },
    });

    const begun = await tests.send(`POST /identity-providers/${name}/dry-runs`, { body: {} });

    const [, signed = '', signature = ''] = /(SAMLRequest=.*)&Signature=(.*)$/.exec(begun.body.url) ?? [];
    expect(signed).toContain(`&SigAlg=${encodeURIComponent('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}`);
    const isOurs = createVerify('sha256')
      .update(signed)
      .verify(new X509Certificate(ours.certificate).publicKey, decodeURIComponent(signature), 'base64');
    expect(isOurs).toBe(true);
    const metadata = (await tests.send(`GET /identity-providers/${name}/saml-metadata`, { as: null })).body;
    expect(metadata).toContain('AuthnRequestsSigned="true"');
    expect(metadata).toContain('<X509Certificate>');

    await tests.send('POST /identity-providers', {
      body: {
        name: 'mixed-up',
        configuration: configuration({ requestCertificate }),
        secrets: { requestKey: key.privateKey },
      },
    });
    expect(await tests.send('POST /identity-providers/mixed-up/dry-runs', { body: {} })).toMatchObject({
      body: { detail: expect.stringContaining('not that of the certificate') },
    });
  });

  it('knows people by an attribute where that is chosen, and by no address', async () => {
    const name = 'by-attribute';
    await tests.send('POST /identity-providers', {
      body: { name, configuration: configuration({ attributes: { subject: 'employee' } }) },
    });
    const begun = await tests.send(`POST /identity-providers/${name}/dry-runs`, { body: {} });
    expect(readSamlRequest(begun.body.url).xml).not.toContain('NameIDPolicy');
    const complete = async (attributes: SamlAnswer['attributes']) => {
      const each = await tests.send(`POST /identity-providers/${name}/dry-runs`, { body: {} });
      const { recipient, form } = answerOf(each.body.url, { attributes });
      const { location } = await post(recipient, form);
      await tests.send('POST /provider-sign-ins/complete', {
        body: { kind: 'redirect', provider: name, query: queryOf(location) },
        headers: { cookie: signIns().cookies(each) },
      });
      return (await tests.send(`GET /identity-providers/${name}/dry-runs`)).body.items[0];
    };
    expect(await complete({ employee: ['4711'] })).toMatchObject({ result: { subject: '4711' } });
    expect(await complete({ employee: ['4711', '4712'] })).toMatchObject({
      problem: expect.stringContaining('not one value of employee'),
    });
    expect(await complete({ uid: ['dora'] })).toMatchObject({ problem: expect.stringContaining('not one value') });
  });

  it('keeps the provider and the key of people, and takes no certificate that is too weak', async () => {
    const { body: found } = await tests.send('GET /identity-providers/acme');
    const change = (changed: Readonly<Record<string, unknown>>) =>
      tests.send('PATCH /identity-providers/acme', {
        body: { configuration: configuration(changed) },
        headers: { 'if-match': `"${found.revision}"` },
      });
    expect(await change({ entityId: 'https://other.example.com' })).toMatchObject({ status: 422 });
    expect(await change({ attributes: { subject: 'employee' } })).toMatchObject({ status: 422 });
    const { certificate } = await makeSamlKey('short-rsa');
    expect(await change({ certificates: certificate })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/configuration/certificates', detail: expect.stringContaining('2048') }] },
    });
    expect(await change({ signInUrl: 'http://idp.example.com' })).toMatchObject({ status: 422 });
  });

  it('reads the metadata of a provider, and only what can be read in one way', async () => {
    const base64 = key.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    const metadata = [
      `<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${issuer}">`,
      '<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
      `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
      '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>',
      '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/redirect"/>',
      '</IDPSSODescriptor></EntityDescriptor>',
    ].join('\n');
    const read = (text: string) => tests.send('POST /saml-metadata/read', { body: { metadata: text } });

    const answer = await read(metadata);

    expect(answer).toMatchObject({
      status: 200,
      body: { entityId: issuer, signInUrl: 'https://idp.example.com/redirect', wantsSignedRequests: true },
    });
    expect(new X509Certificate(answer.body.certificates).raw).toEqual(new X509Certificate(key.certificate).raw);
    for (const [changed, why] of [
      [`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${metadata}`, 'document type'],
      [metadata.replace('IDPSSODescriptor ', 'SPSSODescriptor ').replace('/IDPSSO', '/SPSSO'), 'one provider'],
      [metadata.replace('bindings:HTTP-Redirect', 'bindings:SOAP'), 'by redirect'],
      [metadata.replace(/<X509Cert.*Certificate>/, ''), 'no certificate'],
      ['<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>', 'no EntityDescriptor'],
      ['nothing', 'not accepted'],
    ] as const)
      expect(await read(changed)).toMatchObject({ status: 422, body: { detail: expect.stringContaining(why) } });
  });
});

describe('a server on which SAML is off', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl });
  });
  afterAll(async () => tests?.stop());

  it('takes no such provider, lets nobody in by one that is there, and does not show it', async () => {
    const { certificate } = await makeSamlKey();
    const configuration = {
      kind: 'saml',
      entityId: issuer,
      signInUrl: 'https://idp.example.com',
      certificates: certificate,
    };
    expect(await tests.send('POST /identity-providers', { body: { name: 'acme', configuration } })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('ALMANAC_SAML=on') },
    });

    const database = await tests.connect();
    await database.query(`with provider as (
        insert into identity_providers (id, name, display_name, kind, enabled, position, created_at, created_by, active_id)
        values (gen_random_uuid(), 'acme', 'Acme', 'saml', true, 1, now(), 'ada', gen_random_uuid()) returning *)
      insert into identity_provider_versions (id, provider_id, number, configuration, provisioning, created_at, created_by)
      select active_id, id, 1, '${JSON.stringify({ ...configuration, signed: 'assertion', requestCertificate: null, attributes: { subject: null, name: 'uid', displayName: 'cn', email: 'mail', groups: 'groups' } })}', 'off', now(), 'ada' from provider`);

    expect((await tests.send('GET /sign-in-providers', { as: null })).body).toEqual({ items: [] });
    expect(await providerSignIns(tests, publicUrl).begin('acme')).toMatchObject({ status: 404 });
    expect(await tests.send('POST /identity-providers/acme/dry-runs', { body: {} })).toMatchObject({ status: 409 });
    expect(await tests.send('GET /identity-providers/acme/saml-metadata', { as: null })).toMatchObject({ status: 404 });
    expect(await tests.send('GET /identity-providers/acme')).toMatchObject({ status: 200, body: { kind: 'saml' } });
  });
});
