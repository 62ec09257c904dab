/** What the manifest says about a setting. */
export interface SettingDefinition {
  readonly default?: string | undefined;
  readonly secret: boolean;
  readonly required: boolean;
}

/** A value that somebody set; `selector` is empty for the environment, `key=value` for a label, a name for a site. */
export interface SettingValue<Value> {
  readonly key: string;
  readonly level: 'environment' | 'label' | 'site';
  readonly selector: string;
  readonly value: Value;
}

export interface SiteFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ResolvedSettings<Value> {
  readonly plain: Readonly<Record<string, Value | string>>;
  readonly secret: Readonly<Record<string, Value>>;
  /** Required settings without a value. */
  readonly missing: readonly string[];
}

const rank = { environment: 0, label: 1, site: 2 } as const;

/**
 * The settings of one site: manifest < environment < label < site. Where several labels match, the value of the
 * last label by name holds, so that the answer does not depend on the order in which they were set.
 */
export function resolveSettings<Value>(input: {
  readonly definitions: Readonly<Record<string, SettingDefinition>>;
  readonly values: readonly SettingValue<Value>[];
  readonly site: SiteFacts;
}): ResolvedSettings<Value> {
  const plain: Record<string, Value | string> = {};
  const secret: Record<string, Value> = {};
  const missing: string[] = [];
  for (const [key, definition] of Object.entries(input.definitions)) {
    const [best] = input.values
      .filter((each) => each.key === key && applies(each, input.site))
      .toSorted((a, b) => rank[b.level] - rank[a.level] || (a.selector < b.selector ? 1 : -1));
    if (best !== undefined && definition.secret) secret[key] = best.value;
    else if (best !== undefined) plain[key] = best.value;
    else if (definition.default !== undefined) plain[key] = definition.default;
    else if (definition.required) missing.push(key);
  }
  return { plain, secret, missing };
}

function applies(value: SettingValue<unknown>, site: SiteFacts): boolean {
  switch (value.level) {
    case 'environment':
      return true;
    case 'site':
      return value.selector === site.name;
    case 'label': {
      const at = value.selector.indexOf('=');
      return site.labels[value.selector.slice(0, at)] === value.selector.slice(at + 1);
    }
  }
}
