/** How the page is built: our packages from their sources, and nothing inlined that the page's policy would refuse. */
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // build.mjs holds the sizes, each part to its own.
    chunkSizeWarningLimit: 700,
    // The contract's modules are schemas and pure functions: what the page does not use stays out of it.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes("/packages/contract/") } },
  },
});
