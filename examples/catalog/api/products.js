const products = [
  { id: 'lamp', name: 'Reading lamp', price: 49 },
  { id: 'desk', name: 'Oak desk', price: 480 },
  { id: 'chair', name: 'Swivel chair', price: 210 },
  { id: 'shelf', name: 'Wall shelf', price: 85 },
];

export function listProducts() {
  return products;
}

export function findProduct(id) {
  return products.find((product) => product.id === id);
}
