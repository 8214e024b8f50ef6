// SPDX-License-Identifier: BSL-1.0
// dsl/check/{image,path,config,variables}.hpp and literals.hpp: what literals may say. tests/compile_fail has what they may not, each as a
// program; here a stage that is made at run time throws (dsl/error.ipp).
#include <constage/dsl.hpp>
#include <constage/failure.hpp>

#include "check.hpp"

using namespace constage;
using namespace constage::dsl;
using detail::text_view;

namespace {

/// All of the texts pass the check: those that do not are no constant expression, or throw.
template <class Check, class... T>
constexpr bool accepts(Check check, T const&... text) {
    (check(text_view(text)), ...);
    return true;
}
/// At run time only: none of the texts passes.
template <class Check, class... T>
bool refuses(Check check, T const&... text) {
    auto const refused = [&](text_view t) {
        try {
            check(t);
            return false;
        } catch (failure const&) { return true; }
    };
    return (refused(text) && ...);
}

#define DIGEST "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

}  // namespace

TEST_CASE("images") {
    CONSTAGE_CHECK(accepts(check::image, "debian", "debian:12", "library/debian:12.1_x-y", "Registry.Example:5000/a/b:V1", "localhost/a"));
    CONSTAGE_CHECK(accepts(check::image, "debian" DIGEST, "debian:12" DIGEST, "a.b/c-d__e" DIGEST));
    CONSTAGE_CHECK(accepts(check::image, "$BASE", "debian:${TAG:-12}", "${R}/A"));
    CHECK(refuses(check::image, "", "Debian", "debian:", "debian:-x", "a b", "a//", "/a", "debian@sha256:12", "debian:${TAG"));
    CONSTAGE_CHECK(accepts(check::platform, "linux/amd64", "linux/arm/v7", "local", "linux", "$TARGETPLATFORM", "windows(10.0)/amd64"));
    CHECK(refuses(check::platform, "", "amd64", "linux/", "/amd64", "a/b/c/d", "linux/amd 64"));
}

TEST_CASE("paths, modes, owners") {
    CONSTAGE_CHECK(accepts(check::path, "/a", "a", ".", "/a b/*", "$D/x", "${D:-/x}"));
    CONSTAGE_CHECK(accepts(check::context_path, "a/../b", ".", "./a", "a..b", "..a", "https://example.org/x", "/a"));
    CHECK(refuses(check::context_path, "", "..", "../a", "a/../../b", "/.."));
    CONSTAGE_CHECK(accepts(check::mount_target, "/c", "c", "$D"));
    CHECK(refuses(check::mount_target, "", "/", "//"));
    CONSTAGE_CHECK(accepts(check::mode, "0755", "755", "00644", "4755", "u=rwX,go=rX", "+x", "a-w", "g=u", "$M"));
    CHECK(refuses(check::mode, "", "8", "77777", "u", "u=q", "rwx"));
    CONSTAGE_CHECK(accepts(check::owner, "u", "u:g", "0:0", "$U:$G"));
    CHECK(refuses(check::owner, "", ":g", "u:", "a:b:c", "a b", "a/b"));
}

TEST_CASE("ports, signals, durations") {
    CONSTAGE_CHECK(accepts(check::port, "80", "80/tcp", "80/UDP", "8000-8010/sctp", "65535", "$PORT", "${PORT}/tcp"));
    CHECK(refuses(check::port, "", "0", "65536", "80/icmp", "90-80", "80:80", "127.0.0.1:80:80", "x"));
    CONSTAGE_CHECK(accepts(check::signal, "SIGTERM", "TERM", "term", "9", "64", "SIGRTMIN+1", "$S"));
    CHECK(refuses(check::signal, "", "0", "65", "SIGFOO", "TER"));
    CONSTAGE_CHECK(accepts(check::duration, "0", "30s", "1h30m", "1.5s", "500ms", "1000us", "1000000ns"));
    CHECK(refuses(check::duration, "", "30", "s", "1d", "1us", "-1s"));
}

TEST_CASE("names and words of fixed sets") {
    CONSTAGE_CHECK(accepts(check::key, "A", "a.b-c", "$X"));
    CONSTAGE_CHECK(accepts(check::arg_name, "A", "a_1", "a-b", "a.b"));
    CHECK(refuses(check::arg_name, "", "1a", "A=b", "$A"));
    CONSTAGE_CHECK(accepts(check::network, "default", "none", "host") && accepts(check::security, "sandbox", "insecure"));
    CHECK(refuses(check::network, "", "bridge", "$N"));
    CHECK(refuses(check::security, "", "none"));
    CONSTAGE_CHECK(accepts(check::sharing, "shared", "private", "locked", "$S"));
    CHECK(refuses(check::sharing, "", "public"));
    CONSTAGE_CHECK(accepts(check::checksum, "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "0123abc", "$SUM"));
    CHECK(refuses(check::checksum, "", "sha256:12", ":12", "xyz"));
    CONSTAGE_CHECK(accepts(check::command, "x", " x") && accepts(check::user, "u", "u:g", "$U"));
    CHECK((refuses(check::command, "", " \t\n") && refuses(check::user, "")));
}

TEST_CASE("numbers") {
    CONSTAGE_CHECK(accepts(check::number, "0", "64m", "$UID", "0755"));
    CHECK(refuses(check::number, "", "m", "-1"));
    CONSTAGE_CHECK(number_text(lit<"64" + fixed_string("m")>).text == "64m");
}

TEST_CASE("the syntax of variables") {
    CONSTAGE_CHECK(accepts(check::variables, "", "$A", "${A}", "${A:-b}", "${A-b}", "${A:+${B}}", "${A:?m}", "${A#p*}", "${A%%p}",
                           "${A/p/r}", "${A//p/r}", "$", "$$", "a\\$b", "'$ {'", "\"$A\"", "$1", "$@"));
    CHECK(refuses(check::variables, "${A", "${}", "${:-a}", "${A=b}", "${A:=b}", "${A^}", "${A:1:2}", "${#A}", "'a", "\"a", "${A:-${B}"));
}

TEST_CASE("text known at run time is not looked at") {
    static constexpr char bad[] = "Not An Image";
    CONSTAGE_CHECK(image_name(at_runtime(bad)).text == bad);
    CONSTAGE_CHECK(destination_path(at_runtime(bad)).text == bad && !destination_path(at_runtime(bad)).literal);
    CONSTAGE_CHECK(!port_text().text.given());
    CONSTAGE_CHECK(number_text(0).as(role::mount_uid).given() && !number_text().as(role::mount_uid).given());
    CONSTAGE_CHECK(flag(true).is(true) && flag(false).is(false) && !flag().is(false));
}
