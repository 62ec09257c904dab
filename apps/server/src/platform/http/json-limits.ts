/** What a JSON document may hold, judged before anything else reads it. */
export interface JsonLimits {
  /** Containers inside each other. */
  readonly depth: number;
  /** Keys and items of all containers together. */
  readonly items: number;
  /** Characters of one text, as it is written. */
  readonly text: number;
}

/** Of people and their programs. */
export const usualJson: JsonLimits = { depth: 32, items: 10_000, text: 256 * 1024 };
/** Of builders, whose results hold the contracts and test reports of whole repositories. */
export const machineJson: JsonLimits = { depth: 64, items: 400_000, text: 1024 * 1024 };

const quote = 34;
const backslash = 92;

/**
 * Why a document may not be read; undefined when it may. It looks at the text once and without recursion, and takes it for
 * JSON: what is none is left to the parser. Two keys of one name are refused because readers disagree which of them counts,
 * `__proto__` because it is no key of ours and means something else to careless code.
 */
export function faultOfJson(text: string, limits: JsonLimits): string | undefined {
  /** The keys of each open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  let keyFollows = false;
  let items = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = endOfText(text, at);
        if (end - at - 1 > limits.text) return `a text is longer than ${limits.text} characters`;
        const keys = open.at(-1);
        if (keyFollows && keys !== undefined && keys !== null) {
          const fault = takeKey(keys, text.slice(at, end + 1));
          if (fault !== undefined) return fault;
        }
        keyFollows = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        keyFollows = text[at] === '{';
        open.push(keyFollows ? new Set() : null);
        items += 1;
        if (open.length > limits.depth) return `it is nested deeper than ${limits.depth}`;
        break;
      case '}':
      case ']':
        open.pop();
        keyFollows = false;
        break;
      case ',':
        keyFollows = open.at(-1) instanceof Set;
        items += 1;
        break;
      default:
    }
    if (items > limits.items) return `it holds more than ${limits.items} keys and items`;
  }
  return undefined;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === backslash) at += 1;
    else if (letter === quote) return at;
  }
  return text.length;
}

function takeKey(keys: Set<string>, written: string): string | undefined {
  const key = written.includes('\\') ? unescaped(written) : written.slice(1, -1);
  if (key === '__proto__') return '__proto__ is no key';
  if (keys.has(key)) return `the key ${JSON.stringify(key.slice(0, 100))} stands twice in one object`;
  keys.add(key);
  return undefined;
}

/** The same key may be written in several ways. */
function unescaped(written: string): string {
  try {
    return String(JSON.parse(written));
  } catch {
    return written;
  }
}
