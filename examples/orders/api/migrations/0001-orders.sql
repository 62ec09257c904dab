create table orders (
  id uuid primary key default gen_random_uuid(),
  request_key text unique,
  product_id text not null,
  product_name text not null,
  quantity integer not null check (quantity between 1 and 99),
  unit_price integer not null check (unit_price > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  state text not null default 'placed' check (state in ('placed', 'shipped')),
  placed_at timestamptz not null default now(),
  shipped_at timestamptz
);

create index orders_waiting on orders (placed_at) where state = 'placed';
