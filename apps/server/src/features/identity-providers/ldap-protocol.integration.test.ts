import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createOutbound, createReach } from '@almanac/host';
import { ldapConfiguration } from '@almanac/protocol';
import {
  type DirectoryProcess,
  dnOf,
  groupLdif,
  hasDirectoryProgram,
  personLdif,
  startDirectory,
  directorySuffix as suffix,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '#platform/secrets';
import { createLdapProtocol } from './ldap-protocol.ts';
import { ProviderFault } from './provider-fault.ts';

const people = [
  { uid: 'dora', cn: 'Dora Developer', mail: 'dora@example.com', password: 'password of dora' },
  { uid: 'carl', cn: 'Carl', mail: 'carl@example.com', password: 'password of carl' },
  { uid: 'o*(br)\\ien', cn: 'O (Brien) *', password: 'password of obrien' },
  { uid: 'müller, jürgen + "1"', cn: 'Jürgen', password: 'password of jürgen' },
  { uid: 'reset', cn: 'Reset', password: 'password of reset', more: ['pwdReset: TRUE'] },
  { uid: 'locked', cn: 'Locked', password: 'password of locked', more: ['pwdAccountLockedTime: 000001010000Z'] },
  {
    uid: 'wanda',
    cn: 'Wanda of Windows',
    password: 'password of wanda',
    classes: ['windowsAccount'],
    more: ['objectGUID:: atK9bz9bT06afeUfGnucAQ==', 'userAccountControl: 512'],
  },
  {
    uid: 'walt',
    cn: 'Walt, disabled',
    password: 'password of walt',
    classes: ['windowsAccount'],
    more: ['userAccountControl: 514'],
  },
];
const many = 250;
const groups = [
  groupLdif('everybody', [...Array.from({ length: 10_000 }, (_, at) => dnOf(`member-${at}`)), dnOf('dora')]),
  ...Array.from({ length: many }, (_, at) => groupLdif(`many-${at}`, [dnOf('carl')])),
  groupLdif('developers', [dnOf('dora')]),
  groupLdif('staff', [`cn=developers,ou=groups,${suffix}`, `cn=company,ou=groups,${suffix}`]),
  groupLdif('company', [`cn=staff,ou=groups,${suffix}`]),
  groupLdif('others', [dnOf('carla')]),
];
/** Sends whoever follows it to a listener that counts. */
const referral = (port: number) => `dn: ou=elsewhere,ou=people,${suffix}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:${port}/ou=people,${suffix}

dn: ou=elsewhere,ou=groups,${suffix}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:${port}/ou=groups,${suffix}

`;

describe.skipIf(!hasDirectoryProgram())('a directory by LDAP (apt-get install slapd ldap-utils)', () => {
  let directory: DirectoryProcess;
  let canary: Listener;
  const internal = ['localhost', '127.0.0.0/8'];
  const outbound = createOutbound(createReach({ internal, setting: 'ALMANAC_OUTBOUND_INTERNAL' }));
  const protocol = createLdapProtocol(outbound);

  beforeAll(async () => {
    canary = await listen(() => undefined);
    directory = await startDirectory([referral(canary.port), ...people.map(personLdif), ...groups].join('\n'));
  });
  afterAll(async () => {
    await directory?.stop();
    canary?.close();
  });

  const configured = (changed: Readonly<Record<string, unknown>> = {}, password?: string) => {
    const { server, authority, people: asked, ...rest } = changed;
    const configuration = ldapConfiguration.parse({
      kind: 'ldap',
      server: server ?? directory.tls,
      authority: authority === undefined ? directory.authority : authority,
      bindDn: directory.reader.dn,
      people: {
        base: `ou=people,${suffix}`,
        filter: '(&(objectClass=person)(|(uid={name})(mail={name})))',
        ...(asked as object),
      },
      groups: { base: `ou=groups,${suffix}` },
      ...rest,
    });
    return {
      id: 'corp' as never,
      name: 'corp',
      versionId: '1',
      configuration,
      secretOf: () => new Secret(password ?? directory.reader.password),
      redirectUri: '',
      metadataUri: '',
    };
  };
  const counted: string[] = [];
  const signIn = (name: string, password: string, provider = configured()) =>
    protocol.complete(provider, {
      name,
      password: new Secret(password),
      counted: async (subject) => void counted.push(subject),
    });
  const faultOf = (done: Promise<unknown>) =>
    done.then(
      () => 'let in',
      (error: unknown) => {
        if (!(error instanceof ProviderFault)) throw error;
        return `${error.of}: ${error.message}`;
      },
    );
  const cn = (name: string) => `cn=${name},ou=groups,${suffix}`;

  it.each([
    ['TLS', () => directory.tls],
    ['StartTLS', () => directory.startTls],
  ])('lets somebody in over %s, and says who they are', async (_way, server) => {
    const done = await signIn('dora', 'password of dora', configured({ server: server() }));

    expect(done.identity).toMatchObject({ name: 'dora', displayName: 'Dora Developer', email: 'dora@example.com' });
    expect(done.identity.subject).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(done).toMatchObject({ recheck: 'directory', logout: false, kept: {} });
  });

  it('knows the groups of a person: among 10,000 members, of groups in groups, and of those that contain each other', async () => {
    const { identity } = await signIn('dora', 'password of dora');
    const direct = await signIn(
      'dora',
      'password of dora',
      configured({ groups: { base: `ou=groups,${suffix}`, nested: false } }),
    );

    expect(identity.groups.toSorted()).toEqual(['company', 'developers', 'everybody', 'staff'].map(cn).toSorted());
    expect(direct.identity.groups.toSorted()).toEqual(['developers', 'everybody'].map(cn).toSorted());
  });

  it('reads more groups than the directory gives out at once, page by page', async () => {
    const { identity } = await signIn('carl', 'password of carl');

    expect(identity.groups).toHaveLength(many);
  });

  it('takes keys of groups that never change, where these are wanted', async () => {
    const done = await signIn(
      'dora',
      'password of dora',
      configured({ groups: { base: `ou=groups,${suffix}`, key: 'entryUUID' } }),
    );

    expect(done.identity.groups).toHaveLength(4);
    expect(done.identity.groups.every((each) => /^[0-9a-f-]{36}$/.test(each))).toBe(true);
  });

  it('reads a key of bytes as Windows writes it, and finds the person by it again', async () => {
    const windows = configured({ people: { subject: 'objectGUID' } });

    const { identity } = await signIn('wanda', 'password of wanda', windows);

    expect(identity.subject).toBe('6fbdd26a-5b3f-4e4f-9a7d-e51f1a7b9c01');
    expect(await protocol.recheck(windows, { subject: identity.subject, kept: {} })).toMatchObject({
      outcome: 'there',
      identity: { subject: identity.subject, name: 'wanda' },
    });
  });

  it.each(people.slice(2, 4).map((each) => [each.uid, each.password]))(
    'lets in somebody who is called %s, and takes it for a name alone',
    async (name, password) => {
      expect((await signIn(name, password)).identity.name).toBe(name);
    },
  );

  it('takes what is typed for a name, whatever it looks like in a filter or a distinguished name', async () => {
    const hostile = [
      '*',
      'd*',
      'dor?',
      '*)(uid=*',
      'dora)(objectClass=*',
      'dora)(|(uid=*',
      '*))(|(uid=*',
      'x)(|(mail=*)',
      '\\2a',
      '\\64ora',
      'dora\0',
      'dora\u0000)(uid=*',
      '(uid=dora)',
      'uid=dora,ou=people',
      dnOf('dora'),
      'dora,ou=people',
      'dora+cn=Dora Developer',
      '{name}',
      '$&',
      'ＤＯＲＡ*',
      ')'.repeat(50),
      'x'.repeat(200),
    ];

    const outcomes = await Promise.all(hostile.map((name) => faultOf(signIn(name, 'password of dora'))));

    expect(new Set(outcomes)).toEqual(new Set(['person: nobody is found by this name']));
  });

  it('lets nobody in without a password, and asks nobody about it', async () => {
    const silent = await listen(() => undefined);

    const outcome = await faultOf(signIn('dora', '', configured({ server: `ldap://localhost:${silent.port}` })));

    silent.close();
    expect(outcome).toBe('person: the password is wrong');
    expect(silent.connections()).toBe(0);
  });

  it.each([
    ['dora', 'another', 'person: the password is wrong'],
    ['locked', 'password of locked', 'person: the account is locked after too many tries'],
    ['reset', 'password of reset', 'person: the password has to be changed first'],
    ['walt', 'password of walt', 'person: the account is disabled'],
    ['nobody', 'password of dora', 'person: nobody is found by this name'],
  ])('says to whoever keeps it why %s is kept out who gives %s', async (name, password, why) => {
    expect(await faultOf(signIn(name, password))).toBe(why);
  });

  it('counts a try by the person before the password is tried, whatever they call themselves', async () => {
    counted.length = 0;

    await faultOf(signIn('dora', 'wrong'));
    await faultOf(signIn('dora@example.com', 'wrong'));
    const stopped = protocol.complete(configured(), {
      name: 'dora',
      password: new Secret('password of dora'),
      counted: () => Promise.reject(new Error('too many tries')),
    });

    await expect(stopped).rejects.toThrow('too many tries');
    expect(counted).toHaveLength(2);
    expect(counted[0]).toBe(counted[1]);
  });

  it('follows nobody who is elsewhere', async () => {
    await signIn('dora', 'password of dora');
    const moved = configured({ people: { base: `ou=elsewhere,ou=people,${suffix}` } });

    expect(await faultOf(signIn('dora', 'password of dora', moved))).toContain('referrals are not followed');
    expect(canary.connections()).toBe(0);
  });

  it('is refused with another certificate, another host name, or another authority', async () => {
    const strangers = [
      configured({ authority: null }),
      configured({ authority: null, server: directory.startTls }),
      configured({ server: directory.tls.replace('localhost', '127.0.0.1') }),
      configured({ server: directory.startTls.replace('localhost', '127.0.0.1') }),
    ];

    const outcomes = await Promise.all(strangers.map((each) => faultOf(signIn('dora', 'password of dora', each))));

    for (const outcome of outcomes) expect(outcome).toContain('provider: its certificate is not trusted');
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['refuses StartTLS', (socket) => socket.end(extended(2)), 'does not offer StartTLS'],
    ['grants StartTLS and goes on in plain text', (socket) => socket.write(extended(0)), 'the connection to it ended'],
    [
      'grants StartTLS and adds an answer that lets everybody in',
      (socket) => socket.write(Buffer.concat([extended(0), bindSuccess])),
      'the connection to it ended',
    ],
    ['hangs up', (socket) => socket.destroy(), 'does not offer StartTLS'],
    ['answers what is no LDAP', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'does not offer StartTLS'],
    ['answers what a parser reads without end', (socket) => socket.write(endless), 'does not offer StartTLS'],
  ])('in the hands of somebody who %s hears nothing but the wish to encrypt', async (_case, answer, why) => {
    const stranger = await listen((socket) => socket.once('data', () => answer(socket)));
    // Whoever goes on in plain text is hung up on by TLS; so that this takes no ten seconds, they hang up themselves.
    stranger.onMore((socket) => socket.destroy());

    const outcome = await faultOf(
      signIn('dora', 'password of dora', configured({ server: `ldap://localhost:${stranger.port}` })),
    );

    stranger.close();
    expect(outcome).toContain(why);
    expect(stranger.heard()).toContain('1.3.6.1.4.1.1466.20037');
    expect(stranger.heard()).not.toContain('cn=almanac');
    expect(stranger.heard()).not.toContain('password');
    expect(stranger.connections()).toBe(1);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['answers what a parser reads without end', (socket) => socket.write(endless), 'it does not speak LDAP'],
    ['answers without end', (socket) => flood(socket), 'it does not speak LDAP: a message is too long'],
    ['says nothing', () => undefined, 'it did not answer in time'],
    ['hangs up', (socket) => socket.destroy(), 'the connection to it ended'],
  ])('that has the right certificate and %s harms nobody, and is not called again', async (_case, answer, why) => {
    const [cert, key] = await Promise.all([
      readFile(directory.certificate.certificateFile),
      readFile(directory.certificate.keyFile),
    ]);
    const hostile = createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    let connections = 0;
    hostile.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    const { port } = hostile.address() as AddressInfo;
    const impatient = createLdapProtocol(outbound, { answerMs: 300, personMs: 600 });
    const asked = { name: 'dora', password: new Secret('password of dora'), counted: async () => undefined };

    const outcome = await faultOf(impatient.complete(configured({ server: `ldaps://localhost:${port}` }), asked));

    hostile.close();
    expect(outcome).toContain(`provider: ${why}`);
    expect(connections).toBe(1);
  });

  it('says what is wrong with the configuration', async () => {
    const wrong = configured({}, 'not the password');
    const nowhere = configured({ people: { base: `ou=nowhere,${suffix}` } });

    expect(await faultOf(signIn('dora', 'password of dora', wrong))).toContain('does not let cn=almanac');
    expect(await faultOf(signIn('dora', 'password of dora', nowhere))).toContain('one of the bases does not exist');
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(protocol.refusalOf(configured({ authority: pem }).configuration)).toMatchObject({ pointer: '/authority' });
    expect(() => configured({ authority: `${directory.authority}\n-----BEGIN PRIVATE KEY-----` })).toThrow(
      'nothing else',
    );
    expect(protocol.refusalOf(configured().configuration)).toBeUndefined();
    expect(protocol.refusalOf(configured({ server: 'ldaps://10.0.0.1' }).configuration)).toMatchObject({
      pointer: '/server',
    });
    expect(protocol.refusalOf(configured({ people: { filter: '(&(uid={name})(mail))' } }).configuration)).toMatchObject(
      { pointer: '/people/filter' },
    );
  });

  it('says at the next look who is renamed, disabled or gone', async () => {
    await directory.change(`dn: ${dnOf('temp')}
changetype: add
objectClass: inetOrgPerson
objectClass: windowsAccount
uid: temp
cn: Temp
sn: Temp
userPassword: password of temp
`);
    const { identity } = await signIn('temp', 'password of temp');
    const look = () => protocol.recheck(configured(), { subject: identity.subject, kept: {} });
    await directory.change(`dn: ${dnOf('temp')}
changetype: modrdn
newrdn: uid=other
deleteoldrdn: 1
`);
    expect(await look()).toMatchObject({ outcome: 'there', identity: { subject: identity.subject, name: 'other' } });
    expect((await signIn('other', 'password of temp')).identity.subject).toBe(identity.subject);

    await directory.change(`dn: ${dnOf('other')}
changetype: modify
replace: userAccountControl
userAccountControl: 514
`);
    expect(await look()).toEqual({ outcome: 'gone' });

    await directory.change(`dn: ${dnOf('other')}
changetype: delete
`);
    expect(await look()).toEqual({ outcome: 'gone' });
    expect(
      await protocol.recheck(configured({ server: `ldap://localhost:${canary.port + 1}` }), { subject: 'x', kept: {} }),
    ).toEqual({ outcome: 'no-answer' });
  });
});

interface Listener {
  readonly port: number;
  readonly connections: () => number;
  /** Everything that was said, as text. */
  readonly heard: () => string;
  readonly onMore: (then: (socket: Socket) => void) => void;
  readonly close: () => void;
}

async function listen(onConnection: (socket: Socket) => void): Promise<Listener> {
  let connections = 0;
  let then: (socket: Socket) => void = () => undefined;
  const heard: Buffer[] = [];
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    onConnection(socket);
    let times = 0;
    socket.on('data', (chunk) => {
      heard.push(Buffer.from(chunk));
      times += 1;
      if (times > 1) then(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    heard: () => Buffer.concat(heard).toString('latin1'),
    onMore: (given) => {
      then = given;
    },
    close: () => server.close(),
  };
}

/** The answer to the first request of a connection, which asks for StartTLS. */
function extended(code: number): Buffer {
  return Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x02, 0x78, 0x07, 0x0a, 0x01, code, 0x04, 0x00, 0x04, 0x00]);
}

/** An entry whose value says that it is longer than all of it. */
const endless = Buffer.from([
  ...[0x30, 0x13, 0x02, 0x01, 0x02, 0x64, 0x0e, 0x04, 0x00, 0x30, 0x0a],
  ...[0x30, 0x08, 0x04, 0x01, 0x61, 0x31, 0x03, 0x04, 0x7f, 0x61],
]);

/** Begins a message of two gigabytes. */
function flood(socket: Socket): void {
  socket.write(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]));
  socket.write(Buffer.alloc(100_000));
}

/** What lets somebody in who asks next. */
const bindSuccess = Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x02, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00]);
