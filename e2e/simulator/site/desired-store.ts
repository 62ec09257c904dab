import { isNewerDesired, type SiteId } from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { writeDurably } from './disk.ts';
import type { Machine } from './machine.ts';
import type { SignedDocument, SiteDocument } from './messages.ts';

/** The newest document that was accepted; it is what the site goes by, connected or not. */
export interface DesiredStore {
  readonly current: () => SiteDocument | undefined;
  /** What would be there after a power cut now. */
  readonly durable: () => SiteDocument | undefined;
  /** Takes a document over if it is genuine, of this site and newer; says whether it did. */
  readonly accept: (signed: SignedDocument) => Work<boolean>;
}

const path = 'desired.json';

export function openDesiredStore(
  world: World,
  given: { readonly machine: Machine; readonly site: { readonly id: SiteId; readonly name: string } },
): DesiredStore {
  const { machine, site } = given;
  const kept = machine.disk.read(path);
  // Whoever died right after the rename left a name that a power cut could still take back.
  if (!world.has('trust-the-cache')) machine.disk.syncDirectory();
  let current = documentIn(kept);
  const take = (document: SiteDocument) => {
    current = document;
    world.story.tell(site.name, `goes by generation ${document.incarnation}.${document.generation} from now on`);
  };
  function* takeOver(signed: SignedDocument): Work<boolean> {
    const { document, signer } = signed;
    if (signer !== 'control plane' && !world.has('trust-any-signature')) {
      world.story.count('forged document ignored');
      return false;
    }
    if (document.site !== site.id) return false;
    if (!isNewerDesired(document, current) && !world.has('no-generation-check')) {
      world.story.count('old document ignored');
      return false;
    }
    if (world.has('apply-before-persist')) take(document);
    yield 1;
    // A disk that has much to do takes its time.
    yield world.chance.happens(world.nature.slowWrites) ? world.chance.between(500, 8000) : 1;
    yield* writeDurably(machine.disk, { path, content: JSON.stringify(signed), sync: true });
    if (!world.has('apply-before-persist')) take(document);
    return true;
  }
  let turns = 0;
  let served = 0;
  // Asked for at each pass, and seldom another one.
  let durableText: string | undefined;
  let durableDocument: SiteDocument | undefined;
  return {
    current: () => current,
    durable: () => {
      const text = machine.disk.durable(path);
      if (text !== durableText) [durableText, durableDocument] = [text, documentIn(text)];
      return durableDocument;
    },
    *accept(signed) {
      // One after the other, whichever connection they came by.
      const mine = turns;
      turns += 1;
      while (served < mine && !world.has('documents-side-by-side')) yield 5;
      try {
        return yield* takeOver(signed);
      } finally {
        served += 1;
      }
    },
  };
}

/** Only the agent writes the file, whole or not at all. */
function documentIn(text: string | undefined): SiteDocument | undefined {
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as SignedDocument).document;
}
