/// The file `aether.toml` of a new project.
enum ServerSettingsFile {
    static let text = """
        # Settings of `aether serve` in this folder; a flag or a variable (AETHER_GRPC_PORT, …) wins.
        [server]
        grpc_port = 7233
        http_port = 7234
        db_path = "./data/aether.db"

        [persistence]
        # What survives a crash: "state-action-log" every step, "snapshot" all but the last moments, "memory" nothing.
        mode = "state-action-log"

        [metrics]
        enabled = true
        port = 9090

        """
}
