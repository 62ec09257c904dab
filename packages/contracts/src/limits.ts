const mebibyte = 1024 * 1024;

/** What a contract may cost; beyond any of these it is refused in words. */
export const limits = {
  /** All files of one contract together. */
  fileBytes: 20 * mebibyte,
  /** YAML costs about thirty times its size while it is read, JSON five times. */
  yamlBytes: 5 * mebibyte,
  files: 200,
  /** Lists and maps within each other. */
  depth: 200,
  /** Values of all files, aliases followed. */
  values: 3_000_000,
  yamlAliases: 1000,
  elements: 5000,
  /** Schemas after all references were resolved. */
  schemas: 200_000,
  /** Places in files that hold together, over all schemas: usually one to three for each. */
  places: 500_000,
  /** Alternatives that are multiplied where several unions hold together. */
  alternatives: 256,
  /** Steps of finding equivalent schemas. */
  refinements: 10_000_000,
  /** Memory of the thread that reads. */
  heapMebibytes: 1536,
  seconds: 60,
} as const;
