import type { PolicyScope } from '@almanac/domain';

/** Where something holds, as it stands in an address. */
export interface ScopeSearch {
  readonly scope?: PolicyScope['kind'] | undefined;
  readonly environment?: string | undefined;
}

/** The scope that an address names; that of everything where it names no environment. */
export function scopeOf(search: ScopeSearch): PolicyScope {
  const { scope = 'environment', environment } = search;
  if (scope === 'estate' || environment === undefined) return { kind: 'estate' };
  return { kind: scope, environment };
}

export function searchOf(scope: PolicyScope): ScopeSearch {
  return scope.kind === 'estate' ? { scope: 'estate' } : { scope: scope.kind, environment: scope.environment };
}

export function isSameScope(a: PolicyScope, b: PolicyScope): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** A scope as one text, for what a list of choices stands on. */
export function scopeKey(scope: PolicyScope): string {
  return scope.kind === 'estate' ? 'estate' : `${scope.kind}:${scope.environment}`;
}

export function scopeOfKey(key: string): PolicyScope {
  const [kind = '', environment = ''] = key.split(':');
  return kind === 'path' || kind === 'environment' ? { kind, environment } : { kind: 'estate' };
}

/** Options of a command that name a scope. */
export function scopeOptions(scope: PolicyScope): string {
  if (scope.kind === 'estate') return '--estate';
  return scope.kind === 'path' ? `${scope.environment} --path` : scope.environment;
}

interface Named {
  readonly name: string;
  readonly displayName: string;
  readonly promotesFrom: { readonly name: string } | null;
}

/** Everywhere that something can hold, with the environments that something comes after as paths. */
export function scopeChoices(
  environments: readonly Named[],
): readonly { readonly value: string; readonly label: string }[] {
  const before = new Set(environments.flatMap((each) => each.promotesFrom?.name ?? []));
  return [
    { value: 'estate', label: 'Everywhere' },
    ...environments.flatMap((each) => [
      { value: `environment:${each.name}`, label: each.displayName },
      ...(before.has(each.name)
        ? [{ value: `path:${each.name}`, label: `${each.displayName} and what comes after it` }]
        : []),
    ]),
  ];
}

/** A scope for people, with the names of environments that people gave. */
export function scopeTitle(scope: PolicyScope, environments: readonly Named[]): string {
  return scopeChoices(environments).find((each) => each.value === scopeKey(scope))?.label ?? scopeKey(scope);
}
