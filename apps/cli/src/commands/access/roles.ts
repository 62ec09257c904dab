import type { AffectedPrincipalView, RoleView } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';
import { roleContent, roleOptions } from './role-content.ts';

export const listRoles: CommandDefinition = {
  usage: 'list',
  summary: 'List roles',
  examples: ['almanac role list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listRoles({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      tableLines({
        head: ['role', 'given', 'elsewhere', 'rights'],
        rows: items.map((each) => [each.name, `${each.given} ×`, words(each.elsewhere), words(each.rights)]),
      }),
    );
    return exitCodes.ok;
  },
};

export const showRole: CommandDefinition = {
  usage: 'show <role>',
  summary: 'Show what a role holds, where',
  examples: ['almanac role show developer'],
  run: async (session, input) => {
    const role = await session.client.getRole({ params: { role: argument(input, 0) } });
    session.show(role, () => linesOf(role));
    return exitCodes.ok;
  },
};

export const createRole: CommandDefinition = {
  usage: 'create <role>',
  summary: 'Make a role; nobody makes one that holds more than they hold themselves',
  examples: ['almanac role create web-developer --elsewhere list,monitor --of-type test=level:change-and-deploy'],
  options: [...roleOptions],
  run: async (session, input) => {
    const made = await session.client.createRole({ body: { name: argument(input, 0), ...roleContent(input) } });
    session.show(made, () => [`Made the role ${made.name}.`, ...linesOf(made)]);
    return exitCodes.ok;
  },
};

export const changeRole: CommandDefinition = {
  usage: 'change <role>',
  summary: 'Change what a role holds, for everybody who has it; see before: almanac role preview',
  examples: ['almanac role change tester --of-type test=level:open-and-debug production='],
  options: [...roleOptions],
  run: async (session, input) => {
    const params = { role: argument(input, 0) };
    const { revision } = await session.client.getRole({ params });
    const changed = await session.client.updateRole({ params, body: roleContent(input), revision });
    session.show(changed, () => linesOf(changed));
    return exitCodes.ok;
  },
};

export const previewRole: CommandDefinition = {
  usage: 'preview <role>',
  summary: 'Show whom a change of a role would concern, and change nothing',
  examples: ['almanac role preview tester --of-type test=level:open-and-debug'],
  options: [...roleOptions],
  run: async (session, input) => {
    const found = await session.client.previewRole({ params: { role: argument(input, 0) }, body: roleContent(input) });
    session.show(found, () =>
      found.total === 0
        ? ['Nobody could do anything else than now.']
        : [...found.affected.flatMap(affectedLines), ...more(found.total - found.affected.length)],
    );
    return exitCodes.ok;
  },
};

export const deleteRole: CommandDefinition = {
  usage: 'delete <role>',
  summary: 'Remove a role that nobody has',
  examples: ['almanac role delete web-developer'],
  run: async (session, input) => {
    const params = { role: argument(input, 0) };
    const { revision, name } = await session.client.getRole({ params });
    await session.client.deleteRole({ params, revision });
    session.show({ deleted: name }, () => [`The role ${name} is gone.`]);
    return exitCodes.ok;
  },
};

function linesOf(role: RoleView): readonly string[] {
  const places = [
    ...Object.entries(role.environments).map(([name, held]) => [name, words(held)]),
    ...Object.entries(role.types).map(([type, held]) => [`type ${type}`, words(held ?? [])]),
    ['elsewhere', words(role.elsewhere)],
    ['rights', words(role.rights)],
  ];
  return [`${role.displayName}, given ${role.given} times`, ...tableLines({ head: ['where', 'holds'], rows: places })];
}

function affectedLines({ principal, places, rights }: AffectedPrincipalView): readonly string[] {
  return [
    principal.name,
    ...places.map(
      ({ environment, application, ...change }) =>
        `  ${environment.name}${application === null ? '' : `, ${application.name}`}: ${changeWords(change)}`,
    ),
    ...(rights.gained.length + rights.lost.length === 0 ? [] : [`  rights: ${changeWords(rights)}`]),
  ];
}

function changeWords({
  gained,
  lost,
}: {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}): string {
  return [...gained.map((each) => `+${each}`), ...lost.map((each) => `-${each}`)].join(' ');
}

function more(count: number): readonly string[] {
  return count === 0 ? [] : [`and ${count} more`];
}

function words(items: readonly string[]): string {
  return items.length === 0 ? '-' : items.join(', ');
}
