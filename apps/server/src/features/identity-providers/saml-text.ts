/** A text as it stands in an element or an attribute of XML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** White space as XML knows it: all else, such as a line separator, is a character like any other. */
export function withoutSpace(text: string): string {
  return text.replaceAll(/[\t\n\r ]/g, '');
}

/** Libraries read past what is no base64; others do not, and what is read in two ways is refused. */
export function isBase64(text: string): boolean {
  return /^[\dA-Za-z+/]+={0,2}$/.test(text);
}
