// Run in a network of its own (`unshare --net`), where every address that must not be reached has somebody who listens. Asks the
// client for each spelling of them, and prints who came where.
import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { hostileAddresses } from '@almanac/testkit';
import { createOutbound } from './outbound.ts';
import { OutboundFault } from './outbound-fault.ts';
import { createReach } from './reachable-address.ts';

/** Where clouds keep credentials, private networks, and what carries IPv4 inside. */
const addresses = [
  ...['169.254.169.254', '168.63.129.16', '10.0.0.1', '192.168.1.1', '172.16.0.1', '100.64.0.1', '198.18.0.1'],
  ...['fd00:ec2::254', 'fc00::1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::1'],
];
const ports = [80, 443, 8080, 8443];

execFileSync('ip', ['link', 'set', 'lo', 'up']);
for (const address of addresses)
  execFileSync('ip', ['addr', 'add', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', 'lo', 'nodad']);
const came: string[] = [];
for (const port of ports) {
  const canary = createServer((socket) => {
    came.push(`${socket.localAddress}:${port}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => canary.listen({ port, host: '::', ipv6Only: false }, resolve));
  canary.unref();
}

const outcomes: Record<string, number> = {};
const note = (outcome: string) => {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
};
const ask = async (spelling: string, leadsTo: string) => {
  const family = leadsTo.includes(':') ? 6 : 4;
  const resolve = () => Promise.resolve([{ address: leadsTo, family }]);
  const outbound = createOutbound(createReach({ internal: [], setting: 'ALMANAC_OUTBOUND_INTERNAL', resolve }));
  const send = async () => {
    if (!URL.canParse(spelling)) return 'no-url';
    const error = await outbound.send({ url: new URL(spelling), patienceMs: 2000 }).catch((each: unknown) => each);
    return error instanceof OutboundFault ? error.kind : 'reached';
  };
  note(await send());
};
for (const port of ports) for (const spelling of hostileAddresses(port)) await ask(spelling, '127.0.0.1');
for (const address of addresses) {
  for (const port of ports) await ask(`https://hooks.example.com:${port}/`, address);
  await ask(`https://${address.includes(':') ? `[${address}]` : address}/latest/meta-data/`, address);
}
const beforeControl = came.length;
// Whoever does not ask the client is heard at each of them: the canaries sing.
for (const address of addresses)
  await new Promise<void>((resolve, reject) => {
    connect({ host: address, port: 443 })
      .once('close', () => resolve())
      .once('error', reject)
      .resume();
  });
console.log(JSON.stringify({ outcomes, cameByClient: beforeControl, cameOtherwise: came.length - beforeControl }));
