import type { ResourceLimits } from '@almanac/host';
import type { DesiredModule } from '@almanac/protocol';

const units = { '': 1, m: 0.001, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;

/** What an instance of a module may use, in cores and bytes, from quantities such as `500m` and `256Mi`. */
export function limitsOf(module: Pick<DesiredModule, 'resources'>): ResourceLimits {
  const { cpu, memory } = module.resources;
  return {
    ...(cpu === undefined ? {} : { cpu: quantity(cpu) }),
    ...(memory === undefined ? {} : { memory: bytesOf(memory) }),
  };
}

/** Bytes of a quantity such as `256Mi`. */
export function bytesOf(text: string): number {
  return Math.round(quantity(text));
}

function quantity(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(m|Ki|Mi|Gi)?$/.exec(text) ?? [];
  return Number(number) * units[unit as keyof typeof units];
}
