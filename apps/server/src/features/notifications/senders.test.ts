import { createServer as createPlain } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutbound, createReach, Secret } from '@almanac/host';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudEventOf, type ToldNotification } from './cloud-event.ts';
import { letterOf } from './email-template.ts';
import { type Mailbox, mailCertificate, type Receiver, startMailbox, startReceiver } from './receivers-for-tests.ts';
import { type MailServer, sendEmail } from './send-email.ts';
import { sendWebhook } from './send-webhook.ts';
import { newWebhookSecret, signatureHeaders } from './webhook-signature.ts';

const signal = new AbortController().signal;
const setting = 'ALMANAC_OUTBOUND_INTERNAL';
const outbound = createOutbound(createReach({ internal: ['127.0.0.0/8'], setting }));
const notification: ToldNotification = {
  id: '0198c2a4-0000-7000-8000-000000000001',
  kind: 'plan-failed',
  sequence: 42,
  at: new Date('2026-11-21T10:00:00.000Z'),
  content: {
    title: 'Plan 12 for production failed',
    severity: 'error',
    facts: [{ label: 'Notes', value: '<script>alert("&")</script>\r\nBcc: eve@example.com' }],
    path: '/plans/12',
    subject: 'plan/12',
    details: { plan: { number: 12 } },
  },
};

describe('a signature', () => {
  it('is accepted by another implementation, for each valid secret and for no other', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const body = cloudEventOf(notification, 'https://almanac.example.com');
    const headers = signatureHeaders({ id: notification.id, at: new Date(), body, secrets });

    for (const secret of secrets)
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ id: notification.id });
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow('No matching signature found');
    expect(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers)).toThrow('No matching signature found');
    expect(() => new Webhook(secrets[0] ?? '').verify(body, { ...headers, 'webhook-id': 'another' })).toThrow(
      'No matching signature found',
    );
  });

  it('of another time is refused', () => {
    const secret = newWebhookSecret();
    const headers = signatureHeaders({ id: 'a', at: new Date(Date.now() - 600_000), body: '{}', secrets: [secret] });

    expect(() => new Webhook(secret).verify('{}', headers)).toThrow(/timestamp/i);
  });
});

describe('a notification as a CloudEvent', () => {
  it('has the attributes of the specification', () => {
    expect(JSON.parse(cloudEventOf(notification, 'https://almanac.example.com'))).toEqual({
      specversion: '1.0',
      id: notification.id,
      source: 'https://almanac.example.com',
      type: 'almanac.plan.failed',
      subject: 'plan/12',
      time: '2026-11-21T10:00:00.000Z',
      sequence: '00000000000000000042',
      datacontenttype: 'application/json',
      data: {
        kind: 'plan-failed',
        title: 'Plan 12 for production failed',
        severity: 'error',
        link: 'https://almanac.example.com/plans/12',
        plan: { number: 12 },
      },
    });
  });

  it('that would be larger than receivers take goes without its details', () => {
    const content = { ...notification.content, details: { plan: { notes: 'x'.repeat(70_000) } } };
    const event = cloudEventOf({ ...notification, content }, 'https://almanac.example.com');

    expect(event.length).toBeLessThan(2000);
    expect(JSON.parse(event).data).toMatchObject({ title: content.title, truncated: true });
  });
});

describe('a webhook', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  const send = (url: string, patienceMs?: number) =>
    sendWebhook({
      url,
      headers: { 'content-type': 'application/json' },
      body: '{}',
      outbound,
      signal,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });

  it.each([
    [
      { status: 200, body: 'ok' },
      { delivered: true, status: 200, response: 'ok' },
    ],
    [
      { status: 500, body: 'oh\u0000no' },
      { delivered: false, status: 500, response: 'oh�no', gone: false },
    ],
    [{ status: 410 }, { delivered: false, gone: true }],
    [
      { status: 503, headers: { 'retry-after': '120' } },
      { delivered: false, retryAfterSeconds: 120 },
    ],
    [
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      { delivered: false, detail: expect.stringContaining('redirects are not followed') },
    ],
  ])('answered by %j is %j', async (answer, result) => {
    receiver.answers.splice(0, receiver.answers.length, answer);
    const before = receiver.received.length;

    expect(await send(receiver.url)).toMatchObject(result);
    expect(receiver.received).toHaveLength(before + 1);
  });

  it('keeps only the beginning of a long answer', async () => {
    receiver.answers.splice(0, receiver.answers.length, { status: 200, body: 'x'.repeat(5_000_000) });

    const result = await send(receiver.url);

    expect([result.delivered, result.response?.length]).toEqual([true, 1024]);
  });

  it('does not wait for a receiver that never answers, or never comes to the end of its answer', async () => {
    const slow = createPlain((request, response) => {
      if (request.url === '/drip') response.writeHead(200).write('x');
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo;

    const results = await Promise.all([
      send(`http://127.0.0.1:${port}/`, 100),
      send(`http://127.0.0.1:${port}/drip`, 100),
    ]);
    slow.closeAllConnections();
    slow.close();

    for (const result of results)
      expect(result).toMatchObject({ delivered: false, detail: 'no complete answer within 0.1 s' });
  });

  it('says that nobody listens', async () => {
    const other = await startReceiver();
    await other.close();

    expect(await send(other.url)).toMatchObject({ delivered: false, detail: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a letter', () => {
  const letter = letterOf({ notification, subscription: 'team', publicUrl: 'https://almanac.example.com' });

  it('shows what people wrote as text', () => {
    expect(letter.html).toContain('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;');
    expect(letter.html).not.toContain('<script>');
    expect(letter.text).toContain('https://almanac.example.com/plans/12');
  });

  const mailServer = (mailbox: Mailbox, given: Partial<MailServer> = {}): MailServer => ({
    host: '127.0.0.1',
    port: mailbox.port,
    tls: 'starttls',
    user: 'almanac',
    password: new Secret('let me in'),
    authority: mailCertificate,
    from: 'Almanac <almanac@example.com>',
    ...given,
  });
  const post = (server: MailServer, to: readonly string[] = ['ada@example.com']) =>
    sendEmail({
      server,
      to,
      letter: { ...letter, subject: 'one\r\nBcc: eve@example.com' },
      id: notification.id,
      signal,
    });

  it('goes over STARTTLS with its id, to those it is for and to nobody that its text names', async () => {
    const mailbox = await startMailbox({ tls: true });

    const result = await post(mailServer(mailbox), ['ada@example.com', 'nobody@example.com']);

    expect(result).toMatchObject({ delivered: true, status: 250, detail: 'not taken for nobody@example.com' });
    const [received] = mailbox.letters;
    expect(received).toMatchObject({ to: ['ada@example.com'], secure: true });
    expect(received?.text).toContain(`Message-ID: <${notification.id}@example.com>`);
    expect(received?.text).toMatch(/^Auto-Submitted: auto-generated/im);
    expect(received?.text.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im);
    await mailbox.close();
  });

  it('is not sent, and the password not said, where the mail server offers no TLS', async () => {
    const mailbox = await startMailbox({ tls: false });

    const result = await post(mailServer(mailbox));

    expect(result).toMatchObject({ delivered: false });
    expect([mailbox.letters, mailbox.passwords]).toEqual([[], []]);
    await mailbox.close();
  });

  it('is not sent to a mail server whose certificate nobody vouches for', async () => {
    const mailbox = await startMailbox({ tls: true });
    const { authority: _, ...untrusting } = mailServer(mailbox);

    expect(await post(untrusting)).toMatchObject({ delivered: false, detail: expect.stringMatching(/certificate/i) });
    expect(mailbox.passwords).toEqual([]);
    await mailbox.close();
  });

  it('goes in plain text where the operator says so', async () => {
    const mailbox = await startMailbox({ tls: false });

    expect(await post(mailServer(mailbox, { tls: 'none' }))).toMatchObject({ delivered: true });
    await mailbox.close();
  });

  it('that the mail server refuses is told with its reply', async () => {
    const mailbox = await startMailbox({ tls: true });

    expect(await post(mailServer(mailbox, { password: new Secret('wrong') }))).toMatchObject({
      delivered: false,
      status: 535,
    });
    expect(await post(mailServer(mailbox), ['nobody@example.com'])).toMatchObject({ delivered: false, status: 550 });
    await mailbox.close();
  });
});

describe('a name of a receiver', () => {
  it('that leads elsewhere at the second look is asked once for each connection, and the answer is what is connected to', async () => {
    let requests = 0;
    const receiver = createPlain((_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    // The receiver listens on 127.0.0.1 alone.
    const answers = ['127.0.0.2', '127.0.0.1'];
    let asked = 0;
    const rebinding = createReach({
      internal: ['rebind.example'],
      setting,
      resolve: async () => {
        asked += 1;
        return [{ address: answers[asked - 1] ?? '127.0.0.1', family: 4 }];
      },
    });
    const strict = createReach({ internal: [], setting, resolve: async () => [{ address: '127.0.0.1', family: 4 }] });

    const refused = await sendWebhook({
      url: `https://rebind.example:${port}/`,
      headers: {},
      body: '{}',
      outbound: createOutbound(strict),
      signal,
    });
    const unreached = await sendWebhook({
      url: `http://rebind.example:${port}/`,
      headers: {},
      body: '{}',
      outbound: createOutbound(rebinding),
      signal,
    });

    expect(refused).toMatchObject({ delivered: false, status: null, detail: expect.stringContaining('no public') });
    expect(unreached.delivered).toBe(false);
    expect([asked, requests]).toEqual([1, 0]);
    receiver.close();
  });
});
