const response = await fetch(new URL('/orders', process.env.ALMANAC_URL));
if (!response.ok) throw new Error(`the list of orders answers ${response.status}`);
console.log(`the list of orders answers, with ${(await response.json()).length} orders`);
