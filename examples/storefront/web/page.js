/** The one page of the shop. Everything that came from elsewhere is escaped. */
export function renderPage({ greeting, products, orders, version, environment, fault }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The desk shop</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 720px; padding: 32px 16px; }
  ul { list-style: none; padding: 0; display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
  li { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 8px; padding: 16px; }
  button { font: inherit; padding: 4px 12px; }
  footer { margin-top: 32px; opacity: .7; font-size: 14px; }
</style>
</head>
<body>
<h1>The desk shop</h1>
<p>${escape(greeting)}</p>
${fault === undefined ? '' : `<p role="alert">${escape(fault)}</p>`}
<ul>${products.map((each) => `<li><strong>${escape(each.name)}</strong><br>${escape(each.price)}<form method="post" action="/orders"><input type="hidden" name="product" value="${escape(each.id)}"><button>Order ${escape(each.name)}</button></form></li>`).join('')}</ul>
<h2>Latest orders</h2>
${orders.length === 0 ? '<p>None yet.</p>' : `<ol>${orders.map((each) => `<li>${escape(each.product)}, ${escape(each.price)} ${escape(each.currency)}: ${escape(each.state)}</li>`).join('')}</ol>`}
<footer>Version ${escape(version)} in ${escape(environment)}</footer>
</body>
</html>`;
}

export function escape(value) {
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
