/** What is used of snappyjs, which comes without types: one block, as the format's description has it. */
declare module "snappyjs" {
  export function compress(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}
