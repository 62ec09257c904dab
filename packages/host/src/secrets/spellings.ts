/** What is shorter is left alone: ordinary words would be blackened everywhere. */
const shortest = 6;

/**
 * The ways in which a secret is usually written: as it is, by line where it has several, in base64 and base64url wherever it
 * stands in what was encoded, in hex, in addresses and forms, inside of JSON, and quoted for shells.
 */
export function spellingsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line !== secret);
  const texts = [secret, ...lines].filter((text) => Buffer.byteLength(text) >= shortest);
  const all = texts.flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    const hex = bytes.toString('hex');
    const inAddress = encodeURIComponent(text);
    const strictly = inAddress.replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
    const inJson = JSON.stringify(text).slice(1, -1);
    return [
      text,
      hex,
      hex.toUpperCase(),
      ...base64Of(bytes),
      inAddress,
      strictly,
      ...[inAddress, strictly].flatMap((each) => [lowerEscapes(each), each.replaceAll('%20', '+')]),
      encodeURI(text),
      inJson,
      inJson.replaceAll('/', '\\/'),
      JSON.stringify(inJson).slice(1, -1),
      text.replaceAll("'", "'\\''"),
      text.replaceAll("'", `'"'"'`),
      text.replaceAll(/["$`\\!]/g, '\\$&'),
      text.replaceAll(/[^\w@%+=:,./-]/g, '\\$&'),
    ];
  });
  return [...new Set(all)].filter((each) => each.length >= shortest);
}

/**
 * What the secret alone decides of its base64, at each of the three places at which it may begin within a group: characters that it
 * shares with its neighbours are left out.
 */
function base64Of(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function lowerEscapes(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (each) => each.toLowerCase());
}
