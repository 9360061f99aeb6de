/** What a request may cost at most: one table, which the server keeps and ServiceProviderConfig and the docs print. */
export const limits = {
  /** Bytes of a request body: of a group, whose members come with it, and of anything else. */
  userBodyBytes: 1024 * 1024,
  groupBodyBytes: 8 * 1024 * 1024,
  bulkBodyBytes: 8 * 1024 * 1024,
  /** Nesting of objects and arrays in a body. */
  jsonDepth: 32,

  bulkOperations: 1_000,
  /** Operations of one Bulk that are under way at the same moment. */
  bulkAbreast: 16,

  patchOperations: 1_000,
  /** Member values in all operations of one PATCH together. */
  patchMembers: 10_000,
  /** Members of a group in one POST or PUT. */
  groupMembers: 100_000,

  filterLength: 4_096,
  filterDepth: 20,
  filterTerms: 100,

  /** Values of one attribute, members apart. */
  values: 1_000,
  /** Comparisons of values that the operations of one PATCH may cost together. */
  patchComparisons: 1_000_000,

  /** Characters of one string value. */
  stringLength: 8_192,

  pageSize: 1_000,
  defaultPageSize: 100,
  /** How long a cursor may be used after the page that it came with. */
  cursorSeconds: 3_600,
  /** The last `startIndex` in a sorted list of several types. */
  sortedStartIndex: 10_000,
  /** Documents that one query may examine before it is refused as `tooMany`. */
  scannedResources: 100_000,
} as const;
