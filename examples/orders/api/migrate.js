import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query(`
  create table if not exists orders (
    id bigint generated always as identity primary key,
    product text not null,
    price numeric not null,
    currency text not null,
    state text not null default 'placed',
    placed_at timestamptz not null default now()
  )`);
await client.end();
console.log('the orders table is up to date');
