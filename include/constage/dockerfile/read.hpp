// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_READ_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_READ_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/plan.hpp>

#include <string>
#include <string_view>

namespace constage::dockerfile {

struct options {
    std::string file_name = "Dockerfile";  ///< for messages and plan::source
    std::string target;                    ///< --target: mistakes in stages that it does not need are no errors; empty: the last stage
    bool all_stages = false;               ///< mistakes in any stage are errors
};

/// The plan of a Dockerfile. Throws constage::failure with where "Dockerfile:7", the offending text, and a hint.
plan::plan read(std::string_view text, options const& how = {});
plan::plan read(document const& what, options const& how = {});
/// Of a file on disk, which messages then name by its path.
plan::plan read_file(std::string const& path, options how = {});

/// Refuses what the reference's parser refuses, and nothing else: instruction by instruction, and those in no stage.
void check(document const& what);

/// An ONBUILD trigger of a base image (G014). The stages of the file are not known here: `--from=` of COPY and mounts gives kind::image
/// with the text as written, for the caller to resolve.
plan::instruction read_trigger(std::string_view text);
/// As engine::lower_options wants it.
plan::step trigger_step(std::string const& text, plan::source const& where);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/read.ipp>
#endif
#endif
