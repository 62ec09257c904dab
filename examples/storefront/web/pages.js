import { html } from './html.js';
import { icon } from './icons.js';

function page({ shop, title, content }) {
  const document = html`<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title === shop.name ? shop.name : `${title} · ${shop.name}`}</title>
    <link rel="stylesheet" href="/style.css" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <a class="skip" href="#content">To the content</a>
    <header>
      <p class="name"><a href="/">${shop.name}</a></p>
      <p class="greeting">${shop.greeting}</p>
    </header>
    <main id="content">${content}</main>
    <footer>
      <p>
        Version <strong data-version>${shop.version}</strong> in <strong>${shop.environment}</strong>
        <span>on ${shop.site}</span>
      </p>
    </footer>
  </body>
</html>`;
  return `<!doctype html>\n${document.text}\n`;
}

export function productsPage({ shop, products, newKey }) {
  const content = html`<h1>This season</h1>
      <ul class="products">${products.map((each) => productCard({ shop, product: each, key: newKey() }))}</ul>`;
  return page({ shop, title: shop.name, content });
}

/** Each form carries a key of its own, so that a button pressed twice places one order. */
function productCard({ shop, product, key }) {
  const quantity = `quantity-${product.id}`;
  return html`<li class="product ${product.category}">
        <div class="picture">${icon(product.icon)}</div>
        <h2>${product.name}</h2>
        <p class="description">${product.description}</p>
        <p class="price">${shop.money(product.price)}</p>
        <form method="post" action="/orders">
          <input type="hidden" name="key" value="${key}" />
          <input type="hidden" name="productId" value="${product.id}" />
          <label for="${quantity}">Pieces</label>
          <input id="${quantity}" name="quantity" type="number" min="1" max="99" value="1" required />
          <button aria-label="Order ${product.name}">Order</button>
        </form>
      </li>`;
}

export function orderPage({ shop, order }) {
  const states = { placed: 'Placed; it will be shipped in a moment.', shipped: 'Shipped; it is on its way to you.' };
  const total = shop.money(order.unitPrice * order.quantity, order.currency);
  const content = html`<section class="order">
        <h1>Thank you</h1>
        <p class="state ${order.state}" role="status">${states[order.state] ?? order.state}</p>
        <dl>
          <div><dt>Order</dt><dd class="identity">${order.id}</dd></div>
          <div><dt>Product</dt><dd>${order.quantity} × ${order.productName}</dd></div>
          <div><dt>Total</dt><dd>${total}</dd></div>
        </dl>
        <p class="ways"><a href="/orders/${order.id}">Look again</a> <a href="/">Back to the shop</a></p>
      </section>`;
  return page({ shop, title: 'Your order', content });
}

export function faultPage({ shop, status, detail }) {
  const title = status === 404 ? 'Not here' : 'Not just now';
  const content = html`<section class="order">
        <h1>${title}</h1>
        <p role="alert">${detail}</p>
        <p class="ways"><a href="/">Back to the shop</a></p>
      </section>`;
  return page({ shop, title, content });
}
