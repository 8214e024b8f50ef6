# SPDX-License-Identifier: BSL-1.0
# The Debian 12 packages, in one place. Sourced by tests/run.sh and examples/run.sh.
BUILD_PACKAGES="g++ cmake ninja-build pkg-config libboost-dev libarchive-dev libssl-dev libfmt-dev nlohmann-json3-dev
    libcurl4-openssl-dev zlib1g-dev libzstd-dev libcli11-dev liblzma-dev libbz2-dev libseccomp-dev libisal-dev"
RUN_PACKAGES="crun uidmap passt ca-certificates libisal2"
EXAMPLE_PACKAGES="busybox-static"
TEST_PACKAGES="catch2 clang clang-format libclang-rt-dev ccache python3 git busybox-static mmdebstrap docker-registry
    skopeo umoci buildah openssh-client valgrind qemu-user"

# install_packages NAME...: installs those that are missing; without root says which are.
install_packages() {
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
            "install ok installed") ;;
            *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "these packages are missing, and only root can install them:$missing" >&2
        return 0
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
}
