/**
 * The probability that Student's t with a number of degrees of freedom lies between -t and t, in closed form (Abramowitz and
 * Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4).
 *
 * @param t at least 0
 * @param degrees a whole number, at least 1
 */
export function studentProbability(t: number, degrees: number): number {
  return probabilityWithin(Math.atan(t / Math.sqrt(degrees)), degrees);
}

/**
 * The t between whose negative and itself Student's t lies with a probability: 12.706 for 0.95 and one degree of freedom.
 *
 * @param probability between 0 and 1, both excluded
 * @param degrees a whole number, at least 1
 * @throws {Error} where they are not
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1) || !Number.isInteger(degrees) || degrees < 1) {
    throw new Error(
      `Student's t has no quantile of probability ${probability} with ${degrees} degrees of freedom; expected a ` +
        "probability between 0 and 1, and a whole number from 1 on",
    );
  }
  // The angle atan(t / sqrt(degrees)) is bounded where t is not. Halving ends when no number lies between.
  let [low, high] = [0, Math.PI / 2];
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (probabilityWithin(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return Math.tan(high) * Math.sqrt(degrees);
}

/** By theta = atan(t / sqrt(degrees)). */
function probabilityWithin(theta: number, degrees: number): number {
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const isOdd = degrees % 2 === 1;
  let [sum, term] = [0, isOdd ? cos : 1];
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= cos ** 2 * (power + 1) / (power + 2);
  }
  return isOdd ? 2 / Math.PI * (theta + sin * sum) : sin * sum;
}
