import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent, greetingOf, type ScriptedAgent } from './scripted-agent-for-tests.ts';
import { type SecondServer, startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

describe('whoever is no agent of a site any more', () => {
  let tests: ServerForTests;
  let second: SecondServer;

  beforeAll(async () => {
    tests = await startServerForTests();
    await tests.send('POST /environments', { body: { name: 'edge', displayName: 'Edge', type: 'production' } });
    second = await startSecondServer(tests);
  });
  afterAll(async () => {
    await second.stop();
    await tests.stop();
  });

  const addSite = async (name: string) => {
    const { body } = await tests.send('POST /sites', { body: { name, environment: 'edge' } });
    return body.enrolment.token as string;
  };
  const readsArtifacts = async (server: string, { artifactToken }: ScriptedAgent) =>
    (
      await fetch(`${server}/api/v1/artifacts/sha256:${'0'.repeat(64)}`, {
        headers: { authorization: `Bearer ${artifactToken}` },
      })
    ).status;

  it('is sent away by the server that it is connected to when another one is told to delete the site', async () => {
    const token = await addSite('berlin');
    const agent = await connectAgent(tests, token, second.url);
    expect(await readsArtifacts(second.url, agent)).toBe(404);

    const { body } = await tests.send('GET /sites/berlin');
    await tests.send('DELETE /sites/berlin', { headers: { 'if-match': `"${body.revision}"` } });
    await agent.ended;

    for (const server of [tests.server.url, second.url]) {
      expect(await greetingOf(server, agent)).toBe('refused');
      expect(await readsArtifacts(server, agent)).toBe(401);
    }
  });

  it('is sent away, wherever it is connected, when another agent enrols as the site', async () => {
    const token = await addSite('bremen');
    const before = await connectAgent(tests, token, second.url);
    const { body } = await tests.send('POST /sites/bremen/enrolment-tokens', { body: {} });

    const after = await connectAgent(tests, body.token);
    await before.ended;

    expect(await greetingOf(second.url, before)).toBe('refused');
    expect(await readsArtifacts(second.url, before)).toBe(401);
    expect(await greetingOf(second.url, after)).toBe('welcome');
    after.close();
  });
});
