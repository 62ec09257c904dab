import { Refusal } from './service.js';

/** Asks the catalogue at `url` for one product. */
export async function findProduct(url, id) {
  let response;
  try {
    response = await fetch(`${url}/products/${encodeURIComponent(id)}`, { signal: AbortSignal.timeout(3000) });
  } catch {
    throw new Refusal(503, 'The catalogue does not answer; try again in a moment.');
  }
  if (response.status === 404) throw new Refusal(422, `The catalogue has no product ${id}.`);
  if (!response.ok) throw new Refusal(503, `The catalogue answered ${response.status}; try again in a moment.`);
  return response.json();
}
