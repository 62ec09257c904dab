/** What every page says about the shop; from the settings, and from what Almanac tells each instance. */
export function describeShop(environment) {
  const currency = environment.CURRENCY ?? 'EUR';
  return {
    name: environment.SHOP_NAME ?? 'The Almanac Shop',
    greeting: environment.GREETING ?? '',
    version: environment.ALMANAC_VERSION ?? 'unversioned',
    environment: environment.ALMANAC_ENVIRONMENT ?? 'no environment',
    site: environment.ALMANAC_SITE ?? 'this machine',
    /** An amount in hundredths, as people write it. */
    money: (hundredths, unit = currency) =>
      new Intl.NumberFormat('en', { style: 'currency', currency: unit }).format(hundredths / 100),
  };
}
