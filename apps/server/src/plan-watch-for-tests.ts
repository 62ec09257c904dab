import { type ApprovalRule, hasBegun, type Plan, type PlanState, type Target } from '@almanac/domain';
import type pg from 'pg';
import { z } from 'zod';

/** Whose word counts, and what is asked, at some moment. */
export interface Rights {
  readonly people: Readonly<Record<string, { readonly mayApprove: boolean; readonly role: string }>>;
  readonly rules: Readonly<Record<string, readonly ApprovalRule[]>>;
}

/** What a bystander knows who heard what people sent, and what they were answered. */
export interface Heard {
  /** Everybody who had a hand in a plan, by its key. */
  readonly hands: ReadonlyMap<string, ReadonlySet<string>>;
  /** What was said, as `person plan content`. */
  readonly said: ReadonlySet<string>;
}

export interface Judged {
  /** What ran and was not approved, and so on, in words. */
  readonly faults: readonly string[];
  readonly begun: number;
  readonly switched: number;
  readonly approvals: number;
}

const event = z.object({
  kind: z.enum(['plans', 'plan_approvals', 'targets', 'staged_targets', 'rights']),
  row: z.record(z.string(), z.unknown()),
});
type Event = z.output<typeof event>;

/**
 * Writes down what happens to plans, approvals and targets, in the order of the database: whoever decides about the plans of an
 * environment holds them until the end of their transaction, so in the order in which it took effect.
 */
export async function watchPlans(session: pg.Client) {
  await session.query(`
    create schema watch;
    create table watch.events (seq bigserial primary key, kind text not null, row jsonb not null);
    create function watch.note() returns trigger language plpgsql as $$ begin
      insert into watch.events (kind, row) values (tg_table_name, to_jsonb(new));
      return null;
    end $$;`);
  for (const table of ['plans', 'plan_approvals', 'targets', 'staged_targets'])
    await session.query(
      `create trigger watched after insert or update on ${table} for each row execute function watch.note()`,
    );
  /** What each digest stands for, over all that was ever seen. */
  const meanings = new Map<string, string>();
  return {
    /** From here on, the rights are these, or one of several while they change. */
    noteRights: async (possible: readonly Rights[]): Promise<void> => {
      await session.query(`insert into watch.events (kind, row) values ('rights', $1)`, [JSON.stringify({ possible })]);
    },
    /** Judges what happened since the last time. */
    judge: async (heard: Heard): Promise<Judged> => {
      const { rows } = await session.query('delete from watch.events returning seq, kind, row');
      const events = rows.toSorted((one, other) => Number(one.seq) - Number(other.seq));
      return judgeEvents(
        events.map((each) => event.parse(each)),
        { heard, meanings },
      );
    },
  };
}

/** A plan as its row has it. */
interface Seen {
  readonly id: string;
  readonly state: PlanState;
  readonly body: Plan;
}
interface Approval {
  readonly by: string;
  readonly plan: string;
  readonly content: string;
  readonly role: string;
  readonly holds: boolean;
}

/** What a plan brings, in the words of somebody who knows nothing of digests. */
function wordsOf({ environment, failurePolicy, operations }: Plan): string {
  const brought = operations.map(({ kind, applicationName, before, after }) => {
    const over = before === null ? 'nothing' : targetWords(before);
    return `${kind} ${applicationName}: ${after === null ? 'nothing' : targetWords(after)} over ${over}`;
  });
  return `${environment}, ${failurePolicy}: ${brought.toSorted().join(', ')}`;
}

function targetWords({ build, settings }: Pick<Target, 'build' | 'settings'>): string {
  return `${build} with ${JSON.stringify(settings, (_, value) => sorted(value))}`;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function judgeEvents(
  events: readonly Event[],
  given: { readonly heard: Heard; readonly meanings: Map<string, string> },
): Judged {
  const { heard, meanings } = given;
  const faults: string[] = [];
  const plans = new Map<string, Seen>();
  const approvals = new Map<string, Approval>();
  const counts = { begun: 0, switched: 0 };
  let possible: readonly Rights[] = [];

  const onPlan = (seen: Seen) => {
    const words = wordsOf(seen.body);
    const known = meanings.get(seen.body.content);
    if (known !== undefined && known !== words)
      faults.push(`${seen.body.content} stands for ${known}, and for ${words}`);
    meanings.set(seen.body.content, words);
    const before = plans.get(seen.id);
    plans.set(seen.id, seen);
    const begins = !hasBegun(before?.state ?? 'draft') && hasBegun(seen.state);
    const switches = before?.state === 'staged' && (seen.state === 'deploying' || seen.state === 'succeeded');
    if (begins) counts.begun += 1;
    if (switches) counts.switched += 1;
    if (!begins && !switches) return;
    const own = [...approvals.values()].filter(
      (each) => each.holds && each.plan === seen.id && meanings.get(each.content) === words,
    );
    const hands = heard.hands.get(seen.id) ?? new Set<string>();
    if (possible.some((rights) => isApproved(seen.body, { rights, approvals: own, hands }))) return;
    const what = begins ? 'began' : 'switched';
    faults.push(`plan ${seen.body.number} ${what} (${seen.state}), and nobody approved ${words}`);
  };

  const onTarget = (kind: string, row: Event['row']) => {
    const plan = plans.get(String(row['plan_id']));
    const operation = plan?.body.operations.find((each) => each.application === row['application_id']);
    const words = targetWords({ build: row['build_id'], settings: row['settings'] } as Target);
    if (plan !== undefined && hasBegun(plan.state) && operation?.after && targetWords(operation.after) === words)
      return;
    faults.push(`${kind} of plan ${plan?.body.number} (${plan?.state}): ${words} is not what it brings`);
  };

  for (const { kind, row } of events) {
    if (kind === 'rights') possible = row['possible'] as readonly Rights[];
    else if (kind === 'plans') onPlan(row as unknown as Seen);
    else if (kind === 'plan_approvals') {
      const approval = approvalOf(row);
      const said = `${approval.by} ${approval.plan} ${approval.content}`;
      if (row['verdict'] === 'approved' && !heard.said.has(said)) faults.push(`nobody said this: ${said}`);
      approvals.set(String(row['id']), approval);
    } else onTarget(kind, row);
  }
  return { faults, ...counts, approvals: approvals.size };
}

function approvalOf(row: Event['row']): Approval {
  return {
    by: String(row['principal']),
    plan: String(row['plan_id']),
    content: String(row['content']),
    role: String(row['role']),
    holds: row['verdict'] === 'approved' && row['withdrawn_at'] === null,
  };
}

/** Whether everybody who is asked said yes to this, and may still say so; worked out without the product. */
function isApproved(
  plan: Plan,
  given: {
    readonly rights: Rights;
    readonly approvals: readonly Approval[];
    readonly hands: ReadonlySet<string>;
  },
): boolean {
  const { rights, approvals, hands } = given;
  return (rights.rules[plan.environment] ?? []).every((rule) => {
    const voices = approvals.filter(({ by, role }) => {
      const person = rights.people[by];
      if (person?.mayApprove !== true || (rule.excludeRequester && hands.has(by))) return false;
      return rule.by.kind !== 'role' || (rule.by.role === role && rule.by.role === person.role);
    });
    return new Set(voices.map((each) => each.by)).size >= rule.count;
  });
}
