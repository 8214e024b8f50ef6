// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_CONFIG_HPP_INCLUDED
#define CONSTAGE_OCI_CONFIG_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/platform.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace constage::oci {

struct healthcheck {
    std::vector<std::string> test;
    std::int64_t interval = 0, timeout = 0, start_period = 0, start_interval = 0;  ///< nanoseconds; 0: not given
    int retries = 0;
    friend bool operator==(healthcheck const&, healthcheck const&) = default;
};

struct history {
    std::optional<std::string> created;  ///< RFC 3339
    std::string created_by, author, comment;
    bool empty_layer = false;
};

using strings = std::vector<std::string>;

/// An image's configuration: OCI image-spec 1.1 and Docker's extensions (G015).
struct image_config {
    oci::platform platform;
    std::vector<std::string> os_features;
    std::optional<std::string> created;
    std::string author;

    strings env;  ///< "K=V", in order of first definition
    std::optional<strings> entrypoint, cmd, shell;
    std::string working_dir, user, stop_signal;
    std::set<std::string> exposed_ports, volumes;
    std::map<std::string, std::string> labels;
    std::optional<oci::healthcheck> healthcheck;
    strings on_build;
    bool args_escaped = false;

    strings diff_ids;
    std::vector<oci::history> history;
};

/// Canonical JSON (keys sorted, no blanks): the same config gives the same bytes.
std::string to_json(image_config const& config);
/// Bounded and type-checked; throws constage::failure that names the field. Fields of the wrong type are errors, unknown ones are dropped.
image_config parse_config(std::string_view json);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/config.ipp>
#endif
#endif
