import { type BuildId, type Digest, elementKey, everyElement, refuse } from '@almanac/domain';
import { type BuiltContract, contractDocument, contractDocumentMaxBytes, type Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { ArtifactStore } from '#features/artifacts';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { holdOffCollecting } from './collect-contracts.ts';
import type { KnownElement, StoredElement } from './contracts.tables.ts';
import { lockContracts, resolveReferences } from './resolve-references.ts';

/** So many rows go into one statement: its parameters are bounded. */
const rowsAtOnce = 1000;

/**
 * Keeps what a build provides, and what it consumes with the fingerprints that it was built against. What others consume
 * of it and could not be resolved yet is resolved now.
 */
export async function saveContracts(
  context: CommandContext,
  input: {
    readonly build: BuildId;
    readonly contracts: readonly BuiltContract[];
    readonly manifest: Manifest;
    readonly artifacts: ArtifactStore;
  },
): Promise<void> {
  await holdOffCollecting(context.db);
  await lockContracts(context.db, {
    provided: input.contracts.map((each) => each.contract),
    consumed: Object.values(input.manifest.modules).flatMap((each) => Object.keys(each.consumes)),
  });
  for (const each of input.contracts) {
    await saveDocument(context, { built: each, artifacts: input.artifacts });
    await context.db
      .insertInto('buildContracts')
      .values({ buildId: input.build, module: each.module, contract: each.contract, fingerprint: each.fingerprint })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await resolveReferences(context, {
      build: input.build,
      contract: each.contract,
      elements: await elementsOf(context.db, each.fingerprint),
    });
  }
  const references: Tables['buildReferences'][] = [];
  for (const [module, { consumes }] of Object.entries(input.manifest.modules)) {
    for (const [contract, patterns] of Object.entries(consumes)) {
      const provided = await findProvided(context.db, { contract, build: input.build });
      for (const { element, builtAgainst } of referencesTo(provided, patterns))
        references.push({ buildId: input.build, module, contract, element, builtAgainst });
    }
  }
  for (let start = 0; start < references.length; start += rowsAtOnce) {
    await context.db
      .insertInto('buildReferences')
      .values(references.slice(start, start + rowsAtOnce))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function elementsOf(db: Kysely<Tables>, fingerprint: string): Promise<readonly KnownElement[]> {
  const { elements } = await db
    .selectFrom('contractDocuments')
    .select('elements')
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow();
  return elements;
}

/** The elements that patterns name; all of them for `*` and for an empty list. */
function referencesTo(
  provided: readonly KnownElement[] | undefined,
  patterns: readonly string[],
): readonly { readonly element: string; readonly builtAgainst: string | null }[] {
  if (patterns.length === 0 || patterns.includes(everyElement)) {
    if (provided === undefined) return [{ element: everyElement, builtAgainst: null }];
    return provided.map(({ key, fingerprint }) => ({ element: key, builtAgainst: fingerprint }));
  }
  const fingerprints = new Map(provided?.map(({ key, fingerprint }) => [key, fingerprint]));
  const keys = [...new Set(patterns.map(elementKey))];
  return keys.map((element) => ({ element, builtAgainst: fingerprints.get(element) ?? null }));
}

/**
 * What a contract consists of now: in the build itself where it provides it, else in the first environment of the path,
 * else in the newest build that provides it.
 */
async function findProvided(
  db: Kysely<Tables>,
  input: { readonly contract: string; readonly build: BuildId },
): Promise<readonly KnownElement[] | undefined> {
  const documents = db
    .selectFrom('buildContracts')
    .innerJoin('contractDocuments', 'contractDocuments.fingerprint', 'buildContracts.fingerprint')
    .where('buildContracts.contract', '=', input.contract)
    .select('contractDocuments.elements')
    .limit(1);
  const own = await documents.where('buildContracts.buildId', '=', input.build).executeTakeFirst();
  if (own !== undefined) return own.elements;
  const running = await documents
    .innerJoin('targets', 'targets.buildId', 'buildContracts.buildId')
    .where('targets.environmentId', '=', (from) =>
      from
        .selectFrom('environments')
        .select('environments.id')
        .where('environments.promotesFrom', 'is', null)
        .orderBy('environments.position')
        .orderBy('environments.name')
        .limit(1),
    )
    .orderBy('targets.since', 'desc')
    .executeTakeFirst();
  if (running !== undefined) return running.elements;
  const newest = await documents
    .innerJoin('builds', 'builds.id', 'buildContracts.buildId')
    .where('builds.state', '=', 'succeeded')
    .orderBy('builds.endedAt', 'desc')
    .orderBy('builds.id', 'desc')
    .executeTakeFirst();
  return newest?.elements;
}

/** Content that is known already is not read again: it is named by its fingerprint. */
async function saveDocument(
  context: CommandContext,
  { built, artifacts }: { readonly built: BuiltContract; readonly artifacts: ArtifactStore },
): Promise<void> {
  const known = await context.db
    .selectFrom('contractDocuments')
    .select('fingerprint')
    .where('fingerprint', '=', built.fingerprint)
    .executeTakeFirst();
  if (known !== undefined) return;
  const document = await readDocument(artifacts, built.document);
  if (document.fingerprint !== built.fingerprint)
    refuse(
      'invalid-request',
      `the document of the contract ${built.contract} has another fingerprint than was announced`,
    );
  await context.db
    .insertInto('contractElements')
    .values({
      fingerprint: built.document,
      kind: 'schemas',
      body: JSON.stringify({ schemas: document.schemas, hashes: document.hashes }),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { elements } = document;
  for (let start = 0; start < elements.length; start += rowsAtOnce) {
    await context.db
      .insertInto('contractElements')
      .values(
        elements.slice(start, start + rowsAtOnce).map(({ fingerprint, body }) => {
          const stored: StoredElement = { ...body, schemasOf: built.document };
          return { fingerprint, kind: document.kind, body: JSON.stringify(stored) };
        }),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await context.db
    .insertInto('contractDocuments')
    .values({
      fingerprint: document.fingerprint,
      kind: document.kind,
      elements: JSON.stringify(elements.map(({ key, label, fingerprint }) => ({ key, label, fingerprint }))),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function readDocument(artifacts: ArtifactStore, digest: Digest) {
  const size = (await artifacts.sizeOf(digest)) ?? 0;
  if (size === 0 || size > contractDocumentMaxBytes)
    return refuse('invalid-request', `a contract document has between 1 and ${contractDocumentMaxBytes} bytes`);
  const chunks: Buffer[] = [];
  for await (const chunk of artifacts.read(digest, { start: 0, end: size - 1 })) chunks.push(chunk as Buffer);
  const parsed = contractDocument.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')));
  return parsed.success ? parsed.data : refuse('invalid-request', 'an uploaded contract document is not one');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
