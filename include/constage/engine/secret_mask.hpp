// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SECRET_MASK_HPP_INCLUDED
#define CONSTAGE_ENGINE_SECRET_MASK_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace constage::engine {

/// Puts **** in place of secrets in what a command prints.
class secret_mask {
public:
    /// Each line of a value counts for itself, as a key has many. Those of fewer than 4 bytes would hide half of a log, and stay.
    void add(std::string_view value);

    /// What may be shown by now. The end of it is held back if a secret may begin there.
    std::string pass(int fd, std::string_view bytes);
    /// What is held back of a stream that has ended.
    std::string rest(int fd);

private:
    std::vector<std::string> secrets_;  ///< the longest first
    std::map<int, std::string> held_;   ///< by stream
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/secret_mask.ipp>
#endif
#endif
