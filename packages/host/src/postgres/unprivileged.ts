import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HostFault } from '../host-fault.ts';

const asNobody = ['--user', '--map-user=65534', '--map-group=65534'] as const;
let probed: Promise<boolean> | undefined;

/**
 * PostgreSQL refuses to run as root. Where we are root, the command is wrapped in a user namespace in which it
 * believes to be `nobody`, while its files stay ours: no account is needed and nothing is isolated by it.
 *
 * @throws {HostFault} when we are root and the system allows no user namespaces
 */
export async function unprivileged(
  command: string,
  args: readonly string[],
): Promise<{ readonly command: string; readonly args: readonly string[] }> {
  if (process.getuid?.() !== 0) return { command, args };
  probed ??= promisify(execFile)('unshare', [...asNobody, 'true'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
  if (!(await probed)) {
    throw new HostFault(
      'PostgreSQL does not run as root, and this system allows no user namespaces: start Almanac as an ordinary user, or set DATABASE_URL',
    );
  }
  return { command: 'unshare', args: [...asNobody, command, ...args] };
}
