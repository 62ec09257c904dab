/** Stands in a reference for every element of a contract. */
export const everyElement = '*';

/**
 * The key by which an element is found, whatever its parameters are called: `GET /products/{id}` and
 * `get /products/{productId}` are both `GET /products/{}`. What is no operation (an event, an export) is its own key.
 */
export function elementKey(text: string): string {
  const [, method, path] = /^([a-z]+)\s+(\/\S*)$/i.exec(text.trim()) ?? [];
  if (method === undefined || path === undefined) return text.trim();
  const withoutNames = path.replace(/\{[^{}/]*\}/g, '{}').replace(/(?<=.)\/$/, '');
  return `${method.toUpperCase()} ${withoutNames}`;
}
