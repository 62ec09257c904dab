import type { GatewayServiceStats } from '@almanac/protocol/gateway';

type Work = GatewayServiceStats['backends'][number];

/** What instances carry, from the tables of `show stat` of all workers. */
export function workOf(tables: readonly string[]): ReadonlyMap<string, Work> {
  const work = new Map<string, Work>();
  for (const row of tables.flatMap(rowsOf)) {
    if (row['type'] !== '2') continue;
    const { svname: instance = '', pxname = '' } = row;
    const running = Number(row['scur'] ?? 0);
    const earlier = work.get(instance) ?? { instance, inFlight: 0, connections: 0, upgraded: 0 };
    work.set(instance, {
      instance,
      inFlight: earlier.inFlight + running,
      connections: earlier.connections + running,
      upgraded: earlier.upgraded + (pxname.startsWith('up:') ? running : 0),
    });
  }
  return work;
}

/** Rows of HAProxy's comma-separated table by the names of its first line. */
function rowsOf(table: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = table.split('\n');
  const names = head.replace(/^# /, '').split(',');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split(',');
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    });
}
