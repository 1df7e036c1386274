# shellcheck shell=bash
# Sourced. podman_environment FOLDER: how podman runs in tests, by a file in FOLDER that CONTAINERS_CONF then names.
# The machine's own settings stay as they are.
podman_environment() {
    local unified=/sys/fs/cgroup/unified
    {
        printf '%s\n' '[containers]' \
            'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]' \
            'log_driver = "k8s-file"'
        if [ -d "$unified" ]; then
            # Where cgroup v1 rules, systemd in a container hangs at the end of a user's session unless it has the v2 tree.
            printf '%s\n' 'cgroupns = "host"' "volumes = [\"$unified:/sys/fs/cgroup:rw\"]"
        fi
        printf '%s\n' '[engine]' 'runtime = "runc"' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' 'stop_timeout = 5' \
            '[engine.runtimes]' "runc = [\"$(command -v runc || echo /usr/sbin/runc)\"]"
    } >"$1/containers.conf"
    export CONTAINERS_CONF=$1/containers.conf
}
