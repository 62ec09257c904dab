import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRepository, type Repository } from '@almanac/testkit';

/** An application from npm that a repository wraps: its manifest, its configuration, and which release is used. */
export interface WrappedApplication {
  readonly name: string;
  /** Its package, where that is not named as the application is. */
  readonly package?: string;
  /** Two published releases of the package, older first. */
  readonly releases: readonly [string, string];
  /** Other packages that it is started with, and their releases. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Releases of packages below it, where npm would take another one than wanted. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Makes the repository of a wrapped application, with its older release locked. */
export async function wrapApplication(directory: string, application: WrappedApplication): Promise<Repository> {
  const repository = await createRepository(join(directory, application.name));
  await takeRelease(repository, application, 0);
  await repository.commit('feat: wrap it', { ...application.files, '.gitignore': 'node_modules\n' });
  return repository;
}

/** Commits the step to the newer release, as a developer would take an update. */
export async function takeUpdate(repository: Repository, application: WrappedApplication): Promise<string> {
  await takeRelease(repository, application, 1);
  return repository.commit(`feat: ${application.name} ${application.releases[1]}`);
}

/** Locks every package below a release, as `npm ci` wants it; addresses stay out: any registry can serve them. */
async function takeRelease(repository: Repository, application: WrappedApplication, index: 0 | 1): Promise<void> {
  const { name, releases, beside, overrides } = application;
  const dependencies = { ...beside, [application.package ?? name]: releases[index] };
  const description = { name: `wrapped-${name}`, private: true, dependencies, overrides };
  await writeFile(join(repository.path, 'package.json'), JSON.stringify(description, null, 2));
  const options = ['--package-lock-only', '--omit-lockfile-registry-resolved', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...options], { cwd: repository.path });
}
