// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STEP_LOG_HPP_INCLUDED
#define CONSTAGE_ENGINE_STEP_LOG_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/store.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace constage::engine {

/// Where the store keeps all that a step printed: logs/HEX of its key. Stdout and stderr as they came; secrets are hidden already.
std::string log_of(store const& where, std::string const& key);

/// Writes the log of one step. It has its name in the store once it is whole: when the step has ended, however it did.
class step_log {
public:
    step_log(store& where, std::string key) : where_(where), key_(std::move(key)) {}
    ~step_log();
    step_log(step_log const&) = delete;
    step_log& operator=(step_log const&) = delete;

    void write(std::string_view bytes);
    /// The path of the log; empty if the step printed nothing. A log of an earlier run of the step goes.
    std::string keep();

private:
    store& where_;
    std::string key_;
    std::optional<store::temporary> made_;
    int fd_ = -1;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/step_log.ipp>
#endif
#endif
