#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Makes the base images of the Java example from Debian packages, once: DIR/jre and DIR/maven, OCI layouts with one image each.
# They stand in for openjdk:11-jre-slim and maven:3.6.3-jdk-11-slim. About five minutes each; needs root, mmdebstrap and umoci.
#   sh java_bases.sh [DIR]      (default: $CONSTAGE_TEST_CACHE or ~/.cache/constage-tests)
set -eu
cache=${1:-${CONSTAGE_TEST_CACHE:-$HOME/.cache/constage-tests}}
mkdir -p "$cache"
exec 9>"$cache/.java_bases.lock"
flock 9

# $1 name, $2 packages, $3 hook run with the root directory as $1
make_base() {
    [ ! -e "$cache/$1/index.json" ] || return 0
    if [ ! -s "$cache/$1.tar" ]; then
        echo "making $cache/$1.tar from Debian packages" >&2
        rm -f "$cache/$1.tar.part"
        nice mmdebstrap --quiet --variant=minbase --format=tar --include="$2" \
            --aptopt='Apt::Install-Recommends "false"' \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
            --essential-hook='mkdir -p "$1"/usr/share/man/man1' \
            --customize-hook="$3" \
            bookworm "$cache/$1.tar.part"
        mv "$cache/$1.tar.part" "$cache/$1.tar"
    fi
    echo "making $cache/$1, an OCI layout" >&2
    rm -rf "$cache/$1.part"
    umoci init --layout "$cache/$1.part"
    umoci new --image "$cache/$1.part:latest"
    umoci raw add-layer --image "$cache/$1.part:latest" "$cache/$1.tar"
    umoci config --image "$cache/$1.part:latest" --no-history \
        --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --config.cmd bash
    umoci gc --layout "$cache/$1.part"
    mv "$cache/$1.part" "$cache/$1"
    rm "$cache/$1.tar"
}

# Maven works offline from /usr/share/maven-repo; `mvn clean` asks for an old plexus-utils that Debian has under a newer number.
maven_hook='set -e
echo "<settings><localRepository>/usr/share/maven-repo</localRepository><offline>true</offline></settings>" > "$1/etc/maven/settings.xml"
d="$1/usr/share/maven-repo/org/codehaus/plexus/plexus-utils"
mkdir -p "$d/1.1"
ln -sf ../3.4.2/plexus-utils-3.4.2.jar "$d/1.1/plexus-utils-1.1.jar"
sed "s#<version>3.4.2</version>#<version>1.1</version>#" "$d/3.4.2/plexus-utils-3.4.2.pom" > "$d/1.1/plexus-utils-1.1.pom"
:'

maven=maven,default-jdk-headless,ca-certificates,libmaven-resources-plugin-java,libmaven-compiler-plugin-java
maven=$maven,libmaven-jar-plugin-java,libmaven-install-plugin-java,libmaven-clean-plugin-java,libmaven-shade-plugin-java
maven=$maven,libmaven-assembly-plugin-java,libsurefire-java

make_base jre default-jre-headless,ca-certificates true
make_base maven "$maven" "$maven_hook"
