// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_ASSEMBLE_HPP_INCLUDED
#define CONSTAGE_ENGINE_ASSEMBLE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/execution.hpp>
#include <constage/engine/layer_format.hpp>
#include <constage/oci/output.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// From done tasks to images: layers, configuration, manifest, outputs.
namespace constage::engine {

/// The task's change as a compressed layer, from the store if it is there. While it is made, `also` gets its bytes, too.
layer_record make_layer(
    execution& done, std::size_t task, layer_format const& format, store& where,
    std::function<void(std::string_view)> const& also = [](std::string_view) {});

/// The image of a stage. `layers`: as many as lowered_stage::layers. `platform`: what --platform asked for, null if it did not.
oci::image assemble(lowered_stage const& stage, oci::image const* base, std::vector<layer_record> const& layers, options const& how,
                    std::optional<std::int64_t> epoch, oci::platform const* platform, store& where);

/// "1970-01-01T00:00:00Z".
std::string rfc3339(std::int64_t seconds);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/assemble.ipp>
#endif
#endif
