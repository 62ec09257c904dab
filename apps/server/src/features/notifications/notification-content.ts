/** What is told, whatever the way on which it goes: made once, when it happened. */
export interface NotificationContent {
  /** One sentence for people. */
  readonly title: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What else people want to know at a glance. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** Where the console shows it, from its root. */
  readonly path: string;
  /** What it is about, as `plan/12`. */
  readonly subject: string;
  /** The same for machines. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Longer texts of people, such as notes, are cut to this. */
const longestText = 2000;

export function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}
