import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs the `git` program: no shell, no prompts, no configuration but ours, only https and local repositories. */
export interface Git {
  readonly run: (args: readonly string[], options?: GitOptions) => Promise<string>;
}

export interface GitOptions {
  readonly signal?: AbortSignal;
  readonly seconds?: number;
  readonly maxOutputBytes?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What git reads from its standard input. */
  readonly input?: string;
  /** As whom git runs, where we are root; it can then not read our files, and gets its configuration by environment. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** git ended with an error; `stderr` holds at most its last 4,000 characters. */
export class GitError extends Error {
  readonly stderr: string;
  readonly timedOut: boolean;

  constructor(input: { readonly command: string; readonly stderr: string; readonly timedOut: boolean }) {
    super(`git ${input.command}: ${input.timedOut ? 'took too long' : input.stderr.trim()}`);
    this.name = 'GitError';
    this.stderr = input.stderr;
    this.timedOut = input.timedOut;
  }
}

/**
 * `safe.directory=*` lets us read repositories of other users; only objects are read from them, never hooks or
 * configuration. Submodules, filters and every other transport stay off.
 */
const configuration = `[safe]
\tdirectory = *
[protocol]
\tallow = never
[protocol "https"]
\tallow = always
[protocol "file"]
\tallow = always
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tautocrlf = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[http]
\tfollowRedirects = false
\tlowSpeedLimit = 500
\tlowSpeedTime = 30
[fetch]
\trecurseSubmodules = false
\tfsckObjects = true
[credential]
\thelper =
`;

const passedOn = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
];

/** Makes the adapter; its configuration file is written below `directory`. */
export function createGit(directory: string): Git {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const configFile = join(directory, 'gitconfig');
  writeFileSync(configFile, configuration, { mode: 0o600 });
  const base: Record<string, string> = {
    HOME: directory,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: configFile,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
  for (const key of passedOn) {
    const value = process.env[key];
    if (value !== undefined) base[key] = value;
  }
  return {
    run: (args, options = {}) => {
      const own = options.owner === undefined ? {} : asOwner;
      return runGit({
        args,
        options,
        env: { ...base, ...own, ...options.env },
        cwd: options.owner === undefined ? directory : '/',
      });
    },
  };
}

/** Our configuration for another account, which cannot read the file. */
const asOwner: Readonly<Record<string, string>> = {
  HOME: '/',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_CONFIG_KEY_2: 'core.fsmonitor',
  GIT_CONFIG_VALUE_2: 'false',
};

function runGit(input: {
  readonly args: readonly string[];
  readonly options: GitOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}): Promise<string> {
  const { args, options } = input;
  const maxOutput = options.maxOutputBytes ?? 64 * 1024 * 1024;
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: input.cwd,
      env: input.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...options.owner,
    });
    // A reader that ends early has said what it had to say.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let timedOut = false;
    const kill = () => killGroup(child.pid);
    const timer = setTimeout(
      () => {
        timedOut = true;
        kill();
      },
      (options.seconds ?? 60) * 1000,
    );
    options.signal?.addEventListener('abort', kill, { once: true });
    if (options.signal?.aborted === true) kill();
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutput) kill();
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-4000);
    });
    const end = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', kill);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code) => {
      end();
      if (code === 0 && size <= maxOutput) resolve(Buffer.concat(chunks).toString('utf8'));
      else if (options.signal?.aborted === true) reject(options.signal.reason);
      else
        reject(
          new GitError({ command: args[0] ?? '', stderr: size > maxOutput ? 'printed too much' : stderr, timedOut }),
        );
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
