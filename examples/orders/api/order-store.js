const columns = `id, product_id as "productId", product_name as "productName", quantity, unit_price as "unitPrice",
  currency, state, placed_at as "placedAt", shipped_at as "shippedAt"`;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Orders in PostgreSQL. */
export function createOrderStore(pool) {
  return {
    check: async () => {
      await pool.query('select 1');
    },

    /** The order of a request key is placed once, however often it is asked for. */
    place: async (order) => {
      const inserted = await pool.query(
        `insert into orders (request_key, product_id, product_name, quantity, unit_price, currency)
         values ($1, $2, $3, $4, $5, $6) on conflict (request_key) do nothing returning ${columns}`,
        [order.requestKey, order.productId, order.productName, order.quantity, order.unitPrice, order.currency],
      );
      if (inserted.rows[0] !== undefined) return { order: inserted.rows[0], placed: true };
      const earlier = await pool.query(`select ${columns} from orders where request_key = $1`, [order.requestKey]);
      return { order: earlier.rows[0], placed: false };
    },

    find: async (id) => {
      if (!uuid.test(id)) return undefined;
      const { rows } = await pool.query(`select ${columns} from orders where id = $1`, [id]);
      return rows[0];
    },

    list: async (limit) => {
      const { rows } = await pool.query(`select ${columns} from orders order by placed_at desc, id limit $1`, [limit]);
      return rows;
    },
  };
}
