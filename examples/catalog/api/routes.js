import { products } from './products.js';
import { Refusal } from './service.js';

export const routes = {
  'GET /healthz': () => ({ json: { status: 'ok' } }),

  'GET /products': ({ query }) => {
    const category = query.get('category');
    return { json: { items: products.filter((each) => category === null || each.category === category) } };
  },

  'GET /products/{id}': ({ params }) => {
    const product = products.find((each) => each.id === params.id);
    if (product === undefined) throw new Refusal(404, `There is no product ${params.id}.`);
    return { json: product };
  },
};
