import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
pool.on('error', () => undefined);
let stopping = false;

process.on('SIGTERM', () => {
  stopping = true;
});

while (!stopping) {
  try {
    const { rows } = await pool.query("update orders set state = 'shipped' where id = (select id from orders where state = 'placed' order by id for update skip locked limit 1) returning id");
    for (const row of rows) console.log(JSON.stringify({ at: new Date().toISOString(), event: 'order shipped', id: row.id }));
  } catch (error) {
    console.log(JSON.stringify({ at: new Date().toISOString(), event: 'failed', reason: error.message }));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
}
await pool.end();
