import type { Finding } from '@almanac/protocol';
import type { Terminal } from './terminal.ts';

/** A finding for people: what it is, the way that leads to it, and what would mend it. */
export function findingLines(terminal: Terminal, finding: Finding): readonly string[] {
  const mark = terminal.paint(finding.severity === 'error' ? 'red' : 'yellow', finding.severity);
  return [
    `  ${mark} ${finding.application}: ${finding.detail}`,
    ...chainLine(finding).map((line) => `      ${line}`),
    ...(finding.fix === null ? [] : [`      ${finding.fix}`]),
  ];
}

/** The way from a change to what it leads to; nothing where the change says it all. */
function chainLine({ chain = [] }: Finding): readonly string[] {
  if (chain.length < 2) return [];
  return [chain.map(linkWords).join(' → ')];
}

function linkWords(link: NonNullable<Finding['chain']>[number]): string {
  switch (link.link) {
    case 'change':
      return changeWords(link.change);
    case 'contract':
      return link.elements.length === 0 ? link.contract : `${link.contract}: ${link.elements.join(', ')}`;
    case 'consumer':
    case 'producer':
      return `${link.link} ${link.application.name}${link.module === null ? '' : ` (${link.module})`}`;
  }
}

/** An operation in a few words. */
export function changeWords(change: {
  readonly kind: 'deploy' | 'configure' | 'remove';
  readonly application: { readonly name: string };
  readonly build?: { readonly label: string } | null | undefined;
}): string {
  return [change.kind, change.application.name, change.build?.label].filter((word) => word !== undefined).join(' ');
}
