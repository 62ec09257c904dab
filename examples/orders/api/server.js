import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import pg from 'pg';
import { log, serve } from './serve.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
pool.on('error', (error) => log('database lost', { reason: error.message }));

serve(
  createServer((request, response) => {
    handle(request).then(
      ({ status, body }) => answer(response, status, body),
      (error) => {
        log('failed', { reason: error.message });
        answer(response, 500, { detail: 'the order service failed' });
      },
    );
  }),
);

async function handle(request) {
  const path = new URL(request.url, 'http://orders').pathname;
  if (path === '/healthz') {
    await pool.query('select 1');
    return { status: 200, body: { status: 'well' } };
  }
  if (path !== '/orders') return { status: 404, body: { detail: `nothing at ${path}` } };
  if (request.method === 'GET') {
    const { rows } = await pool.query('select id, product, price, currency, state, placed_at from orders order by id desc limit 20');
    return { status: 200, body: rows };
  }
  return place(await json(request));
}

async function place({ product: id }) {
  const found = await fetch(new URL(`/products/${encodeURIComponent(id)}`, process.env.CATALOG_URL));
  if (!found.ok) return { status: 422, body: { detail: `there is no product ${id}` } };
  const product = await found.json();
  const { rows } = await pool.query('insert into orders (product, price, currency) values ($1, $2, $3) returning id, product, price, currency, state', [product.id, product.price, process.env.CURRENCY]);
  log('order placed', { id: rows[0].id });
  return { status: 201, body: rows[0] };
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
