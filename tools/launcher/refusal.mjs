/** An expected "no": its message is shown alone, without a stack. */
export class Refusal extends Error {}
