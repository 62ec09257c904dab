import type {
  ApplicationId,
  BuildId,
  ChainLink,
  Change,
  Finding as DomainFinding,
  Endpoint,
  Remedy,
} from '@almanac/domain';
import type { BuildReference, Finding } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { referencesOf } from '#features/builds';
import type { Tables } from '#tables';

/** Names and labels of what findings speak of. */
export interface Words {
  readonly environment: string;
  readonly nameOf: (application: ApplicationId) => string;
  readonly buildOf: (build: BuildId) => BuildReference | null;
}

/** Reads the names of all applications and builds that findings and changes name. */
export async function readWords(
  db: Kysely<Tables>,
  input: {
    readonly environment: string;
    readonly findings: readonly DomainFinding[];
    readonly changes: readonly Change[];
  },
): Promise<Words> {
  const applications = new Set<ApplicationId>();
  const builds = new Set<BuildId>();
  const addChange = (change: Change | Remedy) => {
    applications.add(change.application);
    if (change.kind === 'deploy') builds.add(change.build);
  };
  input.changes.forEach(addChange);
  for (const finding of input.findings) {
    applications.add(finding.application);
    for (const end of [finding.consumer, finding.producer]) {
      if (end !== null) applications.add(end.application);
      if (end !== null && end.build !== null) builds.add(end.build);
    }
    for (const link of finding.chain) {
      if (link.link === 'change') addChange(link.change);
      if (link.link === 'consumer' || link.link === 'producer') applications.add(link.application);
    }
    if (finding.remedy !== null) addChange(finding.remedy);
  }
  const rows =
    applications.size === 0
      ? []
      : await db
          .selectFrom('applications')
          .select(['id', 'name'])
          .where('id', 'in', [...applications])
          .execute();
  const names = new Map(rows.map((row) => [row.id, row.name]));
  const references = await referencesOf(db, [...builds]);
  return {
    environment: input.environment,
    nameOf: (application) => names.get(application) ?? 'an application that is gone',
    buildOf: (build) => references.get(build) ?? null,
  };
}

/** A finding as people and machines read it. */
export function presentFinding(finding: DomainFinding, words: Words): Finding {
  const named = (id: ApplicationId) => ({ id, name: words.nameOf(id) });
  const end = (given: Endpoint | null) =>
    given === null
      ? null
      : {
          application: named(given.application),
          build: given.build === null ? null : words.buildOf(given.build),
          module: given.module,
        };
  return {
    code: finding.code,
    severity: finding.severity,
    application: words.nameOf(finding.application),
    detail: detailOf(finding, words),
    fix: fixOf(finding, words),
    consumer: end(finding.consumer),
    producer: end(finding.producer),
    contract: finding.contract,
    elements: [...finding.elements],
    subject: finding.subject,
    site: finding.site,
    chain: finding.chain.map((link) => presentLink(link, words)),
    remedy: finding.remedy === null ? null : presentRemedy(finding.remedy, words),
  };
}

/** A change as an operation that can be put into a plan as it is. */
export function presentChange(change: Change, words: Words) {
  const application = { id: change.application, name: words.nameOf(change.application) };
  if (change.kind !== 'deploy') return { kind: change.kind, application };
  return { kind: change.kind, application, build: words.buildOf(change.build) };
}

function presentLink(link: ChainLink, words: Words): NonNullable<Finding['chain']>[number] {
  if (link.link === 'change') return { link: link.link, change: presentChange(link.change, words) };
  if (link.link === 'contract') return { ...link, elements: [...link.elements] };
  return {
    link: link.link,
    application: { id: link.application, name: words.nameOf(link.application) },
    module: link.module,
  };
}

function presentRemedy(remedy: Remedy, words: Words): NonNullable<Finding['remedy']> {
  if (remedy.kind !== 'set-setting') return presentChange(remedy, words);
  return {
    kind: remedy.kind,
    application: { id: remedy.application, name: words.nameOf(remedy.application) },
    key: remedy.key,
  };
}

function labelOf(end: Endpoint | null, words: Words): string {
  if (end === null) return 'nobody';
  const build = end.build === null ? null : words.buildOf(end.build);
  return build === null ? words.nameOf(end.application) : `${words.nameOf(end.application)} ${build.label}`;
}

/** So many elements are named in a sentence; all of them stand in the finding. */
const namedElements = 3;

function elementsOf({ elements, contract }: DomainFinding): string {
  if (elements.length === 0) return `the contract ${contract}`;
  const named = elements.slice(0, namedElements).join(', ');
  const more = elements.length - namedElements;
  return `${named}${more > 0 ? ` and ${more} more` : ''} of ${contract}`;
}

function detailOf(finding: DomainFinding, words: Words): string {
  const consumer = labelOf(finding.consumer, words);
  const producer = labelOf(finding.producer, words);
  const elements = elementsOf(finding);
  const { environment } = words;
  const site = finding.site === null ? '' : ` on site ${finding.site}`;
  const application = words.nameOf(finding.application);
  switch (finding.code) {
    case 'producer-missing':
      return `${consumer} needs ${elements}, and ${producer}, which provides it, is not in ${environment}`;
    case 'contract-missing':
      return finding.producer === null
        ? `${consumer} needs ${elements}, and nothing in ${environment} provides the contract ${finding.contract}`
        : `${consumer} needs ${elements}, and ${producer} does not provide it`;
    case 'element-missing':
      return `${consumer} needs ${elements}, and ${producer} does not have it`;
    case 'element-incompatible':
      return `${consumer} was built against another ${elements} than ${producer} has, and cannot work with it`;
    case 'consumer-remains':
      return `${consumer} consumes what ${application} provides (${elements}), and stays`;
    case 'contract-provided-twice':
      return `${producer} provides the contract ${finding.contract}, which another application of ${environment} provides, too`;
    case 'setting-missing':
      return `${finding.subject} is required and has no value${site}`;
    case 'connection-missing':
      return `the connection ${finding.subject} is bound to nothing${site}`;
    case 'capability-missing':
      return `${application} needs ${finding.subject}, which is not there${site}`;
    case 'no-site':
      return `${environment} has no site on which ${application} is placed`;
    case 'name-taken':
      return `${producer} came to ${environment} under the name ${application}, and still has it and its addresses there`;
    case 'consumer-outdated':
      return `${consumer} was built against an earlier ${elements} than ${producer} has; it works`;
    case 'newer-producer':
      return `${consumer} was built against a later ${elements} than ${producer} has; it works`;
    case 'downgrade':
      return `${application} goes back from ${finding.subject} to an earlier build`;
    case 'migration-irreversible':
      return `${application} crosses the migration ${finding.subject}, which its manifest does not say can be undone`;
    case 'hotfix-lost':
      return `${environment} runs hotfix ${finding.subject} of ${application}, which this build does not contain`;
  }
}

function fixOf(finding: DomainFinding, words: Words): string | null {
  const { remedy } = finding;
  const application = words.nameOf(finding.application);
  if (finding.code === 'capability-missing')
    return `give site ${finding.site} what it lacks, or place ${application} on sites that have it`;
  if (finding.code === 'migration-irreversible')
    return `back the data up; where earlier builds work with what it leaves behind, say so in the manifest: migrate: { run: …, reversible: true }`;
  if (finding.code === 'hotfix-lost')
    return `bring its branch into the branch of ${application} and deploy what is built then, or say that it may go`;
  if (finding.code === 'no-site') return `almanac site add <name> --env ${words.environment}`;
  if (remedy === null) {
    if (finding.code === 'contract-missing' && finding.producer === null)
      return `add the application that provides ${finding.contract} to the plan`;
    return null;
  }
  const name = words.nameOf(remedy.application);
  switch (remedy.kind) {
    case 'set-setting':
      return `almanac settings set ${application} ${remedy.key} --env ${words.environment}`;
    case 'remove':
      return `take ${name} out with the same plan`;
    case 'deploy':
      return `add ${name} ${words.buildOf(remedy.build)?.label ?? ''} to the plan`;
  }
}
