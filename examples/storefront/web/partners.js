import { Refusal } from './service.js';

/** What the shop asks of the catalogue and of the orders API. */
export function createPartners({ catalogUrl, ordersUrl }) {
  return {
    products: async () => (await ask(`${catalogUrl}/products`, 'The catalogue')).items,
    order: (id) => ask(`${ordersUrl}/orders/${encodeURIComponent(id)}`, 'The order desk'),
    place: ({ productId, quantity, key }) =>
      ask(`${ordersUrl}/orders`, 'The order desk', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ productId, quantity }),
      }),
  };
}

async function ask(url, who, request = {}) {
  let response;
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(5000) });
  } catch {
    throw new Refusal(503, `${who} does not answer. Please try again in a moment.`);
  }
  if (response.ok) return response.json();
  if (response.status >= 500) throw new Refusal(503, `${who} is not well. Please try again in a moment.`);
  const { detail } = await response.json().catch(() => ({}));
  throw new Refusal(response.status, detail ?? `${who} refused with status ${response.status}.`);
}
