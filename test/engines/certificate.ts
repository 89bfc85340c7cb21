/** Certificates for tests, made by openssl: good for two days, on the curve that everybody takes. */
import { execFileSync } from "node:child_process";

const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Runs openssl in a folder; throws what it says when it does not succeed. */
export const openssl = (folder: string, ...args: string[]): void => {
  execFileSync("openssl", args, { cwd: folder, stdio: "pipe", timeout: 30_000 });
};

/** A certificate signed by its own key: `<name>.pem` and `<name>.key` in the folder. `more`: further arguments. */
export const selfSigned = (folder: string, name: string, ...more: string[]): void =>
  openssl(
    folder,
    ...["req", "-x509", ...CURVE, "-days", "2", "-subj", `/CN=${name}`, ...more],
    ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
  );

/** A key and a request to sign it: `<name>.key` and `<name>.csr` in the folder. */
export const signingRequest = (folder: string, name: string, subject: string): void =>
  openssl(
    folder,
    ...["req", ...CURVE, "-subj", `/CN=${subject}`],
    ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
  );
