// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SPEC_MOUNT_HPP_INCLUDED
#define CONSTAGE_SANDBOX_SPEC_MOUNT_HPP_INCLUDED

#include <string>
#include <vector>

namespace constage::sandbox {

/// An entry of `mounts` in config.json.
struct spec_mount {
    std::string target, type, source;
    std::vector<std::string> options;
};

}  // namespace constage::sandbox

#endif
