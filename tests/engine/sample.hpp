// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_ENGINE_SAMPLE_HPP_INCLUDED
#define CONSTAGE_TESTS_ENGINE_SAMPLE_HPP_INCLUDED

#include "building.hpp"

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>

#include <iostream>
#include <nlohmann/json.hpp>

/// A context and a base image of busybox ("base"); builds Dockerfiles and shows what came of them.
struct sample {
    directory context, base, store, out;
    constage::engine::options how = options_of(context, store);
    recorder said;
    nlohmann::json manifest, config;

    sample() {
        for (auto const* name : {"bin", "etc", "tmp"}) fs::create_directories(base.path / name);
        if (fs::exists("/bin/busybox")) {
            fs::copy("/bin/busybox", base.path / "bin/busybox");
            for (auto const* applet :
                 {"sh", "cat", "chmod", "chown", "echo", "env", "hostname", "id", "ln", "ls", "mkdir", "mv", "rev", "rm", "stat", "touch"})
                fs::create_symlink("busybox", base.path / "bin" / applet);
        }
        base.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:50::/home/app:/bin/sh\n");
        base.write("etc/group", "root:x:0:\nstaff:x:50:\nmail:x:8:app\n");
        how.build_contexts = {{"base", base.path.string()}};
        how.jobs = 1;
    }

    /// Can RUN run here? Says why not.
    static bool can_run() {
        auto const ok = constage::engine::has_privilege() && fs::exists("/bin/busybox");
        if (!ok) std::cerr << "skipped: needs root and busybox-static\n";
        return ok;
    }

    /// Builds; the files are in out/root, the image's documents in manifest and config, what RUN printed in said.printed.
    constage::engine::report build(std::string const& dockerfile) {
        for (auto const* name : {"root", "layout"}) fs::remove_all(out.path / name);
        how.outputs = {constage::engine::parse_output((out.path / "root").string()),
                       constage::engine::parse_output("type=oci,tar=false,dest=" + (out.path / "layout").string())};
        said = recorder();
        how.progress = &said;
        auto const r = constage::engine::build(read(dockerfile), how);
        auto const blob = [&](std::string const& digest) {
            return nlohmann::json::parse(out.read("layout/blobs/sha256/" + digest.substr(7)));
        };
        manifest = blob(nlohmann::json::parse(out.read("layout/index.json"))["manifests"][0]["digest"]);
        config = blob(manifest["config"]["digest"]);
        return r;
    }
    /// What a build that must fail says.
    std::string refusal(std::string const& dockerfile) {
        try {
            build(dockerfile);
        } catch (constage::failure const& f) { return std::string(f.what()) + "\n" + f.log; }
        return "accepted";
    }
    std::string file(std::string const& name) const { return out.read("root/" + name); }
    bool has(std::string const& name) const { return fs::exists(fs::symlink_status(out.path / "root" / name)); }
    std::string diff_id(std::size_t from_the_end) const {
        auto const& list = config["rootfs"]["diff_ids"];
        return list.at(list.size() - 1 - from_the_end);
    }
};

#endif
