import { HostFault } from '../host-fault.ts';
import { findBinaries } from './binaries.ts';
import { unprivileged } from './unprivileged.ts';

/** Why this machine cannot run a PostgreSQL of ours, in a sentence; undefined when it can. */
export async function postgresFault(): Promise<string | undefined> {
  try {
    await findBinaries();
    await unprivileged();
    return undefined;
  } catch (error) {
    if (error instanceof HostFault) return error.message;
    throw error;
  }
}
