/** The mark of ServerEye. */
import type { ReactNode } from "react";

export function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 64 64" aria-hidden="true">
      <rect className="mark-ground" width="64" height="64" rx="15" />
      <path className="mark-eye" d="M8 32c6-11 14-16 24-16s18 5 24 16c-6 11-14 16-24 16S14 43 8 32z" />
      <circle className="mark-ground" cx="32" cy="32" r="9" />
      <circle className="mark-eye" cx="35" cy="29" r="3" />
    </svg>
  );
}
