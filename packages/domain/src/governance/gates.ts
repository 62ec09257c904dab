import { spanAfter, spanAt } from './calendar.ts';
import { holds, thaw } from './freeze.ts';
import { confirmationCodes, findingKey, type Obstacle } from './obstacle.ts';
import type { ApprovalRule, ExpeditedGate } from './policy.ts';
import type { Approval, Candidate, GovernanceFacts, Subject } from './subject.ts';

type Gate = (subject: Subject, facts: GovernanceFacts, now: number) => readonly Obstacle[];

const quarantined: Gate = ({ candidates }, { quarantines }) =>
  candidates.flatMap((candidate) =>
    quarantines
      .filter((each) => each.build === candidate.build)
      .map((each) => ({
        code: 'quarantined',
        application: candidate.application,
        detail: `${candidate.application} ${candidate.label} is in quarantine (by ${each.by}): ${each.reason}`,
        owner: 'whoever may administer the environment',
        action: `deploy another version, or lift it: almanac quarantine lift ${candidate.application}@${candidate.label}`,
        earliest: null,
      })),
  );

const findings: Gate = (subject, { environment }) =>
  subject.findings
    .filter((each) => each.severity === 'error' && !isExempt(subject, findingKey(each)))
    .map((each) => ({
      code: 'finding',
      application: each.application,
      detail: each.detail,
      owner: `whoever may change ${environment}`,
      action: each.fix ?? 'change the plan',
      earliest: null,
    }));

const confirmations: Gate = (subject) =>
  subject.findings
    .filter(
      (each) =>
        each.severity === 'warning' && confirmationCodes.has(each.code) && !subject.confirmed.includes(each.code),
    )
    .map((each) => ({
      code: 'unconfirmed',
      application: each.application,
      detail: each.detail,
      owner: subject.authors[0] ?? 'whoever starts it',
      action: `say that this is wanted: --confirm ${each.code}`,
      earliest: null,
    }));

const tests: Gate = ({ candidates }, { requirements }) => {
  if (!requirements.tests) return [];
  return candidates.flatMap((candidate): readonly Obstacle[] => {
    const common = { application: candidate.application, owner: 'whoever develops it', earliest: null };
    const name = `${candidate.application} ${candidate.label}`;
    if (candidate.tests === null || candidate.tests.passed + candidate.tests.failed === 0)
      return [
        {
          ...common,
          code: 'tests-missing',
          detail: `no test ran on ${name}`,
          action: 'give the manifest a test command that writes a JUnit report, and build again',
        },
      ];
    if (candidate.tests.failed === 0) return [];
    return [
      {
        ...common,
        code: 'tests-failed',
        detail: `${candidate.tests.failed} tests of ${name} failed`,
        action: 'mend them, and deploy the build in which they pass',
      },
    ];
  });
};

const freezes: Gate = (subject, facts, now) => {
  if (skips(subject, facts, 'freezes') || isExempt(subject, 'calendar')) return [];
  return facts.freezes
    .filter((each) => holds(each, now))
    .map((each) => {
      const end = thaw(each, now);
      return {
        code: 'frozen',
        application: null,
        detail: `${facts.environment} is frozen ${end === null ? 'until somebody lifts it' : `until ${iso(end)}`} (${each.name}, by ${each.by}): ${each.reason}`,
        owner: 'whoever may administer the environment',
        action: 'wait, or have an exception made: almanac plan except <number> --calendar --reason <text>',
        earliest: end,
      };
    });
};

const approvals: Gate = (subject, facts) => {
  if (skips(subject, facts, 'approvals')) return [];
  return facts.requirements.approvals.flatMap((rule): readonly Obstacle[] => {
    const missing = rule.count - approvalsFor(rule, subject).length;
    if (missing <= 0) return [];
    return [
      {
        code: 'approval-missing',
        application: null,
        detail: `${rule.name}: ${missing} of ${rule.count} approvals are missing`,
        owner: approversOf(rule, subject.authors),
        action: 'look at it and approve it: almanac plan approve <number>',
        earliest: null,
      },
    ];
  });
};

const windows: Gate = (subject, facts, now) => {
  if (skips(subject, facts, 'windows') || isExempt(subject, 'calendar')) return [];
  return facts.requirements.windows
    .filter((set) => set.every((each) => spanAt(each, now) === null))
    .map((set) => {
      const starts = set.flatMap((each) => spanAfter(each, now)?.from ?? []);
      const earliest = starts.length === 0 ? null : Math.min(...starts);
      return {
        code: 'outside-window',
        application: null,
        detail:
          earliest === null
            ? `${facts.environment} has no change window any more`
            : `${facts.environment} changes in its windows only; the next one opens ${iso(earliest)}`,
        owner: earliest === null ? 'whoever may administer the environment' : 'nobody: it opens by itself',
        action: earliest === null ? 'change the policy' : 'wait, or have an exception made',
        earliest,
      };
    });
};

const schedule: Gate = ({ startAt }, _, now) =>
  startAt === null || startAt <= now
    ? []
    : [
        {
          code: 'scheduled',
          application: null,
          detail: `it is scheduled for ${iso(startAt)}`,
          owner: 'nobody: it begins by itself',
          action: 'wait, or schedule it anew: almanac plan schedule <number> --at <time>',
          earliest: startAt,
        },
      ];

const age: Gate = (subject, facts, now) => {
  const minimum = facts.requirements.minimumAge;
  if (minimum === null || skips(subject, facts, 'age')) return [];
  return subject.candidates
    .filter((each) => now < each.builtAt + minimum * minute)
    .map((each) => ({
      code: 'too-young',
      application: each.application,
      detail: `${each.application} ${each.label} is younger than ${minimum} min`,
      owner: 'nobody: it passes by itself',
      action: 'wait',
      earliest: each.builtAt + minimum * minute,
    }));
};

const soak: Gate = (subject, facts, now) => {
  const { previous } = facts;
  const needed = facts.requirements.soak;
  if (needed === null || previous === null || skips(subject, facts, 'soak')) return [];
  return subject.candidates.flatMap((each): readonly Obstacle[] => {
    const soaked = soakedFor(each, now);
    if (soaked !== null && soaked >= needed * minute) return [];
    const runsSince = each.soak?.runsSince ?? null;
    const name = `${each.application} ${each.label}`;
    return [
      {
        code: 'not-soaked',
        application: each.application,
        detail:
          soaked === null
            ? `${name} never ran in ${previous}, where it has to run for ${needed} min`
            : `${name} ran in ${previous} for ${Math.floor(soaked / minute)} of ${needed} min`,
        owner: runsSince === null ? `whoever may deploy to ${previous}` : 'nobody: it passes by itself',
        action: runsSince === null ? `almanac deploy ${each.application} --to ${previous}` : 'wait',
        earliest: runsSince === null ? null : runsSince + needed * minute,
      },
    ];
  });
};

/** What ran when it was read runs on. */
function soakedFor({ soak: read }: Candidate, now: number): number | null {
  if (read === null) return null;
  return read.runsSince === null ? read.longest : Math.max(read.longest, now - read.runsSince);
}

/** Every gate, in the order in which people read them. */
export const gates: readonly Gate[] = [
  quarantined,
  findings,
  confirmations,
  tests,
  freezes,
  approvals,
  windows,
  schedule,
  age,
  soak,
];

const minute = 60_000;

/** The approvals of a subject that count for a rule: one for each person, of this content and no other. */
export function approvalsFor(
  rule: ApprovalRule,
  subject: Pick<Subject, 'approvals' | 'authors' | 'content'>,
): readonly Approval[] {
  const valid = subject.approvals.filter(
    (each) =>
      each.content === subject.content &&
      !(rule.excludeRequester && subject.authors.includes(each.by)) &&
      (rule.by.kind === 'anyone' ||
        (rule.by.kind === 'role' ? each.role === rule.by.role : each.teams.includes(rule.by.team))),
  );
  return [...new Map(valid.map((each) => [each.by, each])).values()];
}

function approversOf(rule: ApprovalRule, authors: readonly string[]): string {
  const who = {
    anyone: () => 'whoever may approve',
    role: () => `role ${rule.by.kind === 'role' ? rule.by.role : ''}`,
    team: () => `team ${rule.by.kind === 'team' ? rule.by.team : ''}`,
  }[rule.by.kind]();
  return rule.excludeRequester && authors.length > 0 ? `${who}, but not ${authors.join(' or ')}` : who;
}

function isExempt(subject: Subject, key: string): boolean {
  return subject.exemptions.some((each) => each.subject === key && each.content === subject.content);
}

function skips(subject: Subject, facts: GovernanceFacts, gate: ExpeditedGate): boolean {
  return subject.hotfix && facts.requirements.expedited.includes(gate);
}

function iso(time: number): string {
  return Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' });
}
