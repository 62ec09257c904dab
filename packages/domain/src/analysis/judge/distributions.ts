/**
 * Tails of the distributions that the judge needs. Of our own because the well-kept pure library for it (`@stdlib`) brings
 * 130 to 220 packages for one of these functions, and the small ones stop at four digits.
 */

const longest = 200_000;
const tiny = 1e-300;
const precision = 1e-15;

/**
 * P(Z > z) of the standard normal distribution, to about 1e-14 of its value.
 * Source: J. F. Hart, Computer Approximations (1968), algorithm 5666, as given by G. West, Better approximations to
 * cumulative normal functions (2005).
 */
export function normalTail(z: number): number {
  const size = Math.abs(z);
  if (size > 37) return z > 0 ? 0 : 1;
  const density = Math.exp((-size * size) / 2);
  const tail = size < 7.07106781186547 ? density * ratio(size) : density / fraction(size) / 2.506628274631;
  return z > 0 ? tail : 1 - tail;
}

function ratio(size: number): number {
  const over = polynomial(
    size,
    [
      3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
      220.206867912376,
    ],
  );
  const under = polynomial(
    size,
    [
      8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
      793.826512519948, 440.413735824752,
    ],
  );
  return over / under;
}

function fraction(size: number): number {
  return size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))));
}

/** Coefficients from the highest power down. */
function polynomial(at: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, each) => sum * at + each, 0);
}

/** The z for which P(Z > z) is `tail`, with `tail` between 0 and 1. */
export function normalTailQuantile(tail: number): number {
  if (!(tail > 0 && tail < 1)) throw new RangeError(`a probability between 0 and 1, not ${tail}`);
  if (tail > 0.5) return -normalTailQuantile(1 - tail);
  return whereFalling(normalTail, { value: tail, from: 0, to: 38 });
}

/** P(X ≥ successes) of a binomial distribution. Real-valued counts are taken as the beta distribution continues them. */
export function binomialTail(input: {
  readonly successes: number;
  readonly trials: number;
  readonly probability: number;
}): number {
  const { successes, trials, probability } = input;
  if (successes <= 0 || probability >= 1) return 1;
  if (successes > trials || probability <= 0) return 0;
  return betaShare({ a: successes, b: trials - successes + 1, x: probability });
}

/** P(X ≥ events) of a Poisson distribution. */
export function poissonTail(input: { readonly events: number; readonly mean: number }): number {
  if (input.events <= 0) return 1;
  if (input.mean <= 0) return 0;
  return gammaShare(input.events, input.mean);
}

/** Where a function that falls from `from` to `to` takes a value, by halving as long as numbers differ. */
export function whereFalling(
  falls: (at: number) => number,
  { value, from, to }: { readonly value: number; readonly from: number; readonly to: number },
): number {
  let low = from;
  let high = to;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (falls(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Logarithm of the gamma function for positive numbers. Source: C. Lanczos (1964), coefficients of P. Godfrey for g = 7. */
function logGamma(of: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const base = of + 6.5;
  const sum = coefficients.reduce((all, each, index) => all + each / (of + index), 0.9999999999998099);
  return 0.9189385332046727 + (of - 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * Regularised incomplete beta function, by its continued fraction.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.22, evaluated by the modified method of Lentz.
 */
function betaShare({ a, b, x }: { readonly a: number; readonly b: number; readonly x: number }): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare({ a: b, b: a, x: 1 - x });
  const scale = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  return (
    scale /
    lentz((step) => {
      if (step === 1) return { numerator: 0, denominator: 1 };
      const k = Math.floor((step - 1) / 2);
      const numerator =
        step % 2 === 0
          ? (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1))
          : (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k));
      return { numerator, denominator: 1 };
    })
  );
}

/**
 * Regularised lower incomplete gamma function, by series below its middle and by continued fraction above.
 * Source: NIST Digital Library of Mathematical Functions, 8.11.4 and 8.9.2.
 */
function gammaShare(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let step = 1; step < longest && term > sum * precision; step += 1) {
      term *= x / (a + step);
      sum += term;
    }
    return scale * sum;
  }
  const above = lentz((step) =>
    step === 1
      ? { numerator: 0, denominator: x + 1 - a }
      : { numerator: -(step - 1) * (step - 1 - a), denominator: x + 2 * step - 1 - a },
  );
  return 1 - scale / above;
}

/** A continued fraction b1 + a2/(b2 + a3/(b3 + …)), by the modified method of Lentz. */
function lentz(part: (step: number) => { readonly numerator: number; readonly denominator: number }): number {
  let value = part(1).denominator;
  let over = value;
  let under = 0;
  for (let step = 2; step < longest; step += 1) {
    const { numerator, denominator } = part(step);
    under = 1 / notNone(denominator + numerator * under);
    over = notNone(denominator + numerator / over);
    const factor = over * under;
    value *= factor;
    if (Math.abs(factor - 1) < precision) return value;
  }
  throw new RangeError('a continued fraction did not come to an end');
}

function notNone(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
