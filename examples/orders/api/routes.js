import { findProduct } from './catalog-client.js';
import { log } from './log.js';
import { Refusal } from './service.js';

const mostListed = 100;

export function orderRoutes({ store, catalogUrl, currency }) {
  let reached = false;
  return {
    /** Ready once the database was reached; a database that is away for a moment is no reason to be restarted. */
    'GET /healthz': async () => {
      if (!reached) {
        await store.check().catch((error) => {
          throw new Refusal(503, `The database does not answer: ${error.message}`);
        });
        reached = true;
      }
      return { json: { status: 'ok' } };
    },

    'POST /orders': async ({ headers, body }) => {
      const wanted = parseOrder(body);
      const product = await findProduct(catalogUrl, wanted.productId);
      const { order, placed } = await store.place({
        requestKey: headers['idempotency-key'] ?? null,
        productId: product.id,
        productName: product.name,
        quantity: wanted.quantity,
        unitPrice: product.price,
        currency,
      });
      if (placed) log('order placed', { order: order.id, product: product.id, quantity: order.quantity });
      return { status: placed ? 201 : 200, headers: { location: `/orders/${order.id}` }, json: order };
    },

    'GET /orders': async ({ query }) => {
      const limit = Number(query.get('limit') ?? 20);
      if (!Number.isInteger(limit) || limit < 1 || limit > mostListed)
        throw new Refusal(400, `limit is a number from 1 to ${mostListed}.`);
      return { json: { items: await store.list(limit) } };
    },

    'GET /orders/{id}': async ({ params }) => {
      const order = await store.find(params.id);
      if (order === undefined) throw new Refusal(404, `There is no order ${params.id}.`);
      return { json: order };
    },
  };
}

function parseOrder(body) {
  let order;
  try {
    order = JSON.parse(body);
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
  const { productId, quantity = 1 } = order ?? {};
  if (typeof productId !== 'string' || productId === '' || productId.length > 100)
    throw new Refusal(422, 'productId is the identity of a product.');
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 99)
    throw new Refusal(422, 'quantity is a number from 1 to 99.');
  return { productId, quantity };
}
