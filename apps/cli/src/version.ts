/** The version of the command line: package.json's, and a test holds the two equal. */
export const VERSION = "0.1.0";
