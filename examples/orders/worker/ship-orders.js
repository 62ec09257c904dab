const missingTable = '42P01';

/**
 * Ships what was placed long enough ago, at most 20 orders at a time; several workers never take the same one.
 * Undefined while there is no table: the API brings it with its migration.
 */
export async function shipOrders(pool, { delaySeconds }) {
  try {
    const { rows } = await pool.query(
      `update orders set state = 'shipped', shipped_at = now() where id in (
         select id from orders where state = 'placed' and placed_at <= now() - make_interval(secs => $1)
         order by placed_at limit 20 for update skip locked
       ) returning id`,
      [delaySeconds],
    );
    return rows.map((row) => row.id);
  } catch (error) {
    if (error.code === missingTable) return undefined;
    throw error;
  }
}
