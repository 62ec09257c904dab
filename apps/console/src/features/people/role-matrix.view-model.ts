import {
  type AccessLevel,
  accessLevels,
  type Capability,
  capabilities,
  type EnvironmentType,
  environmentTypes,
  type Right,
} from '@almanac/domain';
import type { RoleContent, RoleView } from '@almanac/protocol';

/** What a role holds, as it is edited. */
export interface RoleForm {
  readonly displayName: string;
  readonly environments: Readonly<Record<string, readonly Capability[]>>;
  readonly types: Readonly<Partial<Record<EnvironmentType, readonly Capability[]>>>;
  readonly elsewhere: readonly Capability[];
  readonly rights: readonly Right[];
}

/** A column of the matrix: where the set of capabilities below it counts. */
export type Column =
  | { readonly kind: 'environment'; readonly name: string; readonly label: string }
  | { readonly kind: 'type'; readonly type: EnvironmentType; readonly label: string }
  | { readonly kind: 'elsewhere'; readonly label: string };

export function roleForm(role: RoleView): RoleForm {
  const { displayName, environments, types, elsewhere, rights } = role;
  return { displayName, environments, types, elsewhere, rights };
}

/** The most specific first, as they count: an environment by name, then its type, then all others. */
export function columnsOf(form: RoleForm): readonly Column[] {
  return [
    ...Object.keys(form.environments)
      .toSorted()
      .map((name): Column => ({ kind: 'environment', name, label: name })),
    ...environmentTypes
      .filter((type) => form.types[type] !== undefined)
      .map((type): Column => ({ kind: 'type', type, label: `all of type ${type}` })),
    { kind: 'elsewhere', label: 'everywhere else' },
  ];
}

export function held(form: RoleForm, column: Column): readonly Capability[] {
  if (column.kind === 'environment') return form.environments[column.name] ?? [];
  return column.kind === 'type' ? (form.types[column.type] ?? []) : form.elsewhere;
}

/** The form with another set of capabilities in a column, in the order of the catalogue. */
export function withHeld(form: RoleForm, column: Column, set: readonly Capability[]): RoleForm {
  const ordered = capabilities.filter((each) => set.includes(each));
  if (column.kind === 'environment') return { ...form, environments: { ...form.environments, [column.name]: ordered } };
  if (column.kind === 'type') return { ...form, types: { ...form.types, [column.type]: ordered } };
  return { ...form, elsewhere: ordered };
}

export function toggled(form: RoleForm, column: Column, capability: Capability): RoleForm {
  const now = held(form, column);
  return withHeld(
    form,
    column,
    now.includes(capability) ? now.filter((each) => each !== capability) : [...now, capability],
  );
}

/** The form with a column more; it begins with what counted there until now. */
export function withColumn(form: RoleForm, column: Column): RoleForm {
  return withHeld(form, column, form.elsewhere);
}

export function withoutColumn(form: RoleForm, column: Column): RoleForm {
  if (column.kind === 'environment') {
    const { [column.name]: _gone, ...environments } = form.environments;
    return { ...form, environments };
  }
  if (column.kind === 'elsewhere') return form;
  const { [column.type]: _gone, ...types } = form.types;
  return { ...form, types };
}

/** The level that is exactly this set; undefined for a set of one's own. */
export function levelOf(set: readonly Capability[]): AccessLevel | undefined {
  return levelNames.find((level) => {
    const given: readonly Capability[] = accessLevels[level];
    return given.length === set.length && given.every((each) => set.includes(each));
  });
}

export const levelNames = Object.keys(accessLevels) as readonly AccessLevel[];

export function levelLabel(level: AccessLevel): string {
  const words = level.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the API is given. */
export function contentOf(form: RoleForm): RoleContent {
  return {
    displayName: form.displayName,
    environments: Object.fromEntries(Object.entries(form.environments).map(([name, set]) => [name, [...set]])),
    types: Object.fromEntries(Object.entries(form.types).map(([type, set]) => [type, [...set]])),
    elsewhere: [...form.elsewhere],
    rights: [...form.rights],
  };
}

export function isChanged(form: RoleForm, role: RoleView): boolean {
  const text = (of: RoleForm) =>
    JSON.stringify([
      of.displayName,
      columnsOf(of).map((column) => [column.label, held(of, column).toSorted()]),
      of.rights.toSorted(),
    ]);
  return text(form) !== text(roleForm(role));
}

/** What each capability lets somebody do, in a line. */
export const capabilityWords: Readonly<Record<Capability, string>> = {
  access: 'sign in to its console',
  list: 'see that it is there',
  monitor: 'see state, logs and measures',
  reference: 'build against its contracts',
  debug: 'look into what runs',
  change: 'change settings, tag, compose plans',
  deploy: 'start and steer plans',
  approve: 'approve plans',
  administer: 'change the environment itself',
};

/** The command line that does the same. */
export function commandOf(name: string, form: RoleForm): string {
  const pair = (key: string, set: readonly Capability[]) => `${key}=${setText(set)}`;
  const environments = Object.entries(form.environments).map(([key, set]) => pair(key, set));
  const types = Object.entries(form.types).map(([key, set]) => pair(key, set ?? []));
  return [
    `almanac role change ${name}`,
    ...(environments.length === 0 ? [] : [`--in ${environments.join(' ')}`]),
    ...(types.length === 0 ? [] : [`--of-type ${types.join(' ')}`]),
    `--elsewhere ${form.elsewhere.length === 0 ? '""' : setText(form.elsewhere)}`,
    ...(form.rights.length === 0 ? [] : [`--rights ${form.rights.join(',')}`]),
  ].join(' ');
}

function setText(set: readonly Capability[]): string {
  const level = levelOf(set);
  return level === undefined || level === 'no-access' ? set.join(',') : `level:${level}`;
}
