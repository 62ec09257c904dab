/** The value of a cookie in a Cookie header, as it stands there; the first one of that name. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** A Set-Cookie that no script reads and no other site sends. */
export function setCookie(input: {
  readonly name: string;
  readonly value: string;
  readonly seconds: number;
  readonly secure: boolean;
}): string {
  const secure = input.secure ? '; Secure' : '';
  return `${input.name}=${input.value}; Path=/; Max-Age=${input.seconds}; HttpOnly; SameSite=Lax${secure}`;
}
