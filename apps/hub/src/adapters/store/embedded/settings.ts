/** How the private PostgreSQL is set up: small in memory, durable, reachable by its socket alone. */

/** Server settings by name, for the given major and socket folder. */
export function settings(major: number, socketFolder: string, port: number): Record<string, string> {
  return {
    listen_addresses: "",
    // A list with commas: quoted, so that a comma or a space in the path stays a part of it.
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    port: String(port),
    max_connections: "40",

    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    wal_level: "minimal",
    max_wal_senders: "0",
    max_wal_size: "256MB",
    min_wal_size: "64MB",

    shared_buffers: "32MB",
    work_mem: "4MB",
    maintenance_work_mem: "32MB",
    effective_cache_size: "256MB",
    // One process each that a single small hub has no use for.
    max_parallel_workers_per_gather: "0",
    max_logical_replication_workers: "0",
    autovacuum_max_workers: "2",
    // Compiling a query costs more than any query here.
    jit: "off",
    // Since 18, reads go through three workers unless told otherwise.
    ...(major >= 18 ? { io_method: "sync" } : {}),

    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "off",
    log_destination: "stderr",
    log_min_messages: "warning",
    log_line_prefix: "%m [%p] ",
  };
}

/** The settings as `postgres` takes them. */
export function settingArguments(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
