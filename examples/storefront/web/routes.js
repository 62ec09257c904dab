import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { faultPage, orderPage, productsPage } from './pages.js';
import { Refusal } from './service.js';

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8');

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export function shopRoutes({ shop, partners }) {
  return {
    'GET /healthz': () => ({ json: { status: 'ok', version: shop.version } }),

    /** For scripts that want to know which version answers. */
    'GET /version': () => ({ headers: { 'content-type': 'text/plain; charset=utf-8' }, text: shop.version }),

    'GET /': async () => ({
      headers: pageHeaders,
      text: productsPage({ shop, products: await partners.products(), newKey: randomUUID }),
    }),

    'POST /orders': async ({ body }) => {
      const form = new URLSearchParams(body);
      const key = form.get('key') ?? '';
      if (!/^[\w-]{8,64}$/.test(key)) throw new Refusal(400, 'This form is incomplete; please open the shop again.');
      const order = await partners.place({
        productId: form.get('productId') ?? '',
        quantity: Number(form.get('quantity')),
        key,
      });
      return { status: 303, headers: { location: `/orders/${order.id}` } };
    },

    'GET /orders/{id}': async ({ params }) => ({
      headers: pageHeaders,
      text: orderPage({ shop, order: await partners.order(params.id) }),
    }),

    'GET /style.css': () => ({
      headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' },
      text: style,
    }),
  };
}

/** Faults are pages too. */
export function presentFaultOf(shop) {
  return ({ status, detail }) => ({ status, headers: pageHeaders, text: faultPage({ shop, status, detail }) });
}
