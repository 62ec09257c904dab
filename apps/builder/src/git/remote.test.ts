import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReach } from '@almanac/host';
import { branchName } from '@almanac/protocol';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Git, GitOptions } from './git.ts';
import { createMirrors } from './mirror.ts';
import { createOpenRemote } from './remote.ts';

const root = mkdtempSync(join(tmpdir(), 'almanac remotes '));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes down what git would be told. */
function aRecorder(version = 'git version 2.39.5') {
  const calls: { readonly args: readonly string[]; readonly env: GitOptions['env'] }[] = [];
  const git: Git = {
    run: async (args, options) => {
      if (args[0] === 'version') return version;
      calls.push({ args, env: options?.env });
      return args.includes('rev-parse') ? 'a'.repeat(40) : '';
    },
  };
  return { git, calls };
}

function mirrorsWith(git: Git, addresses: readonly string[] = ['8.8.8.8', '2606:4700::1']) {
  const reach = createReach({
    internal: [],
    setting: 'ALMANAC_OUTBOUND_INTERNAL',
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
  const openRemote = createOpenRemote({ git, reach });
  return createMirrors({ git, openRemote, root, limits: { seconds: 5, bytes: 1e6 } });
}

const signal = new AbortController().signal;

describe('a repository elsewhere', () => {
  it('is read from the addresses that were judged, and git does not resolve its name again', async () => {
    const { git, calls } = aRecorder();

    await mirrorsWith(git).fetchBranch({ repository: 'https://git.example.org/shop.git', branch: 'main' }, signal);

    expect(calls.find(({ args }) => args.includes('fetch'))?.env).toEqual({
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.curloptResolve',
      GIT_CONFIG_VALUE_0: 'git.example.org:443:8.8.8.8,[2606:4700::1]',
    });
  });

  it.each([
    ['https://git.example.org/shop.git', ['10.0.0.1'], /leads to no public address/],
    ['https://169.254.169.254/shop.git', [], /no public address/],
    ['https://git.example.org:22/shop.git', ['8.8.8.8'], /port 22/],
    ['http://git.example.org/shop.git', ['8.8.8.8'], /http: is not supported/],
    ['ssh://git.example.org/shop.git', [], /ssh: is not supported/],
    ['ext::sh -c id', [], /not supported|neither/],
    ['--upload-pack=id', [], /neither a URL nor an absolute path/],
    ['https://me:secret@git.example.org/shop.git', [], /carries credentials/],
  ])('at %s that leads to %j is refused before git hears of it', async (repository, addresses, expected) => {
    const { git, calls } = aRecorder();
    const fetched = mirrorsWith(git, addresses).fetchBranch({ repository, branch: 'main' }, signal);

    await expect(fetched).rejects.toThrow(expected);
    expect(calls).toEqual([]);
  });

  it('is not read by a git that resolves names itself', async () => {
    const { git, calls } = aRecorder('git version 2.36.1');
    const fetched = mirrorsWith(git).fetchBranch({ repository: 'https://git.example.org/', branch: 'main' }, signal);

    await expect(fetched).rejects.toThrow('install git 2.37 or newer');
    expect(calls).toEqual([]);
  });
});

describe('what people call a branch or a repository', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('-x', '--upload-pack=id', '@{-1}', '../x', 'a b', 'x\n--exec=id', '$(id)', ';id', '`id`', ':(top)'),
    fc.string({ maxLength: 20 }).map((text) => `--${text}`),
  );

  it('reaches git exactly as it is, as an operand, or not at all', async () => {
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(hostile, hostile, fc.boolean(), async (branch, path, valid) => {
        const { git, calls } = aRecorder();
        const repository = valid ? `https://git.example.org/${encodeURIComponent(path)}` : path;
        await mirrorsWith(git)
          .fetchBranch({ repository, branch }, signal)
          .catch(() => undefined);

        const fetched = calls.find(({ args }) => args.includes('fetch'))?.args;
        if (fetched === undefined) return;
        reached += 1;
        expect(branchName.safeParse(branch).success).toBe(true);
        const operands = fetched.slice(fetched.indexOf('--') + 1);
        expect(operands).toEqual([new URL(repository).href, `+refs/heads/${branch}:refs/heads/${branch}`]);
        for (const { args } of calls) expect(args.filter((each) => each.includes('\0'))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(reached).toBeGreaterThan(50);
  });
});
