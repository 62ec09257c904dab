import { serverWords } from './haproxy-config.ts';
import { type HaproxyServer, reportsBackend } from './haproxy-servers.ts';

interface PresentServer {
  readonly backend: string;
  readonly name: string;
  readonly port: number;
  readonly weight: number;
  /** Taken out by a command, or not put in yet. */
  readonly out: boolean;
}

/** Makes the servers of a worker those that are wanted. */
export async function settleServers(
  ask: (command: string) => Promise<string>,
  wanted: readonly HaproxyServer[],
): Promise<void> {
  const instances = presentIn(await ask('show servers state')).filter((each) => each.backend !== reportsBackend);
  const present = new Map(instances.map((each) => [keyOf(each), each]));
  for (const server of wanted) {
    const key = keyOf(server);
    const is = present.get(key);
    present.delete(key);
    for (const command of commandsFor(server, is)) await ask(command);
  }
  for (const [key, { out }] of present) {
    if (!out) await ask(`set server ${key} state maint`);
    // Refused as long as something runs there; tried again the next time.
    await ask(`del server ${key}`);
  }
}

function commandsFor(server: HaproxyServer, is: PresentServer | undefined): readonly string[] {
  const key = keyOf(server);
  if (is === undefined) return [`add server ${key} ${serverWords(server)}`, `enable server ${key}`];
  return [
    ...(is.port === server.port ? [] : [`set server ${key} addr 127.0.0.1 port ${server.port}`]),
    ...(is.weight === server.weight ? [] : [`set server ${key} weight ${server.weight}`]),
    ...(is.out ? [`set server ${key} state ready`] : []),
  ];
}

const keyOf = ({ backend, name }: { readonly backend: string; readonly name: string }): string => `${backend}/${name}`;

/** The table of `show servers state`: a line with its format, one with names, and the servers. */
function presentIn(table: string): readonly PresentServer[] {
  const lines = table.split('\n').filter((line) => line.trim() !== '');
  const head = lines.findIndex((line) => line.startsWith('# '));
  const names = (lines[head] ?? '').slice(2).trim().split(' ');
  return lines.slice(head + 1).map((line) => {
    const values = line.trim().split(' ');
    const value = (name: string) => values[names.indexOf(name)] ?? '';
    return {
      backend: value('be_name'),
      name: value('srv_name'),
      port: Number(value('srv_port')),
      weight: Number(value('srv_uweight')),
      out: (Number(value('srv_admin_state')) & 1) === 1,
    };
  });
}
