/** What an interface is for, told by its name and type: a link of the machine, its loopback, or a container's. */

export type LinkKind = "link" | "loopback" | "port" | "bridge";

/** ARPHRD_LOOPBACK (linux/if_arp.h). */
const LOOPBACK_TYPE = "772";

/** One end of a container or virtual machine, as its engine names it. */
const PORT =
  /^(veth|vnet\d|vif\d+\.|cali[0-9a-f]{11}|lxc[0-9a-f]{12}$|lxc_|tap\d+i\d+$|tap[0-9a-f]{8}-|fwpr\d|fwln\d|ve-|vb-)/;

/** What such ends are joined by. `br-` alone is a name people give to bridges of their own: Docker adds 12 digits. */
const BRIDGE =
  /^(docker|br-[0-9a-f]{12}$|cni|virbr|lxcbr|lxdbr|incusbr|podman|fwbr\d|flannel|cilium|kube-|nodelocaldns|weave|vxlan\.calico|vmnet)/;

/** `typeOf` gives the number in the interface's `type` file; it is asked only where the name does not tell. */
export function kindOf(name: string, typeOf: () => string | undefined): LinkKind {
  if (name === "lo") return "loopback";
  if (PORT.test(name)) return "port";
  if (BRIDGE.test(name)) return "bridge";
  return typeOf()?.trim() === LOOPBACK_TYPE ? "loopback" : "link";
}
