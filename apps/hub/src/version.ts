/** The version of this hub: package.json's, and a test holds the two equal. */
export const VERSION = "0.1.0";
